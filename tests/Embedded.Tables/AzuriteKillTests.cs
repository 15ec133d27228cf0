using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Formae.Embedded.Host;
using Formae.Servers;

namespace Formae.Embedded.Tables.Tests;

/// <summary>kill -9 of the Azurite that a control plane runs: what it has answered is there afterwards, and of a transaction all or nothing.</summary>
public sealed class AzuriteKillTests
{
    private const int Kills = 4;
    private const int RowsOfTransaction = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_was_answered_outlasts_the_process()
    {
        var (node, home, missing) = await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken);
        if (missing is not null)
            Lack.Tell(missing);
        var folder = Directory.CreateTempSubdirectory("formae-azurite-").FullName;
        using (var data = DataDirectory.Open(folder, "the tests"))
        {
            var storage = AzuriteStorage.Of(data, new AzuriteProgram(node!, Path.Combine(Repository.Root, "tools", "azurite.cjs"), Path.Combine(home!, "node_modules", "azurite")));
            await using var supervisor = new Supervisor([storage.Spec], _ => { }, new SupervisorOptions { ReadyTimeout = Patience });
            await supervisor.StartAsync(TestContext.Current.CancellationToken);
            var service = new TableServiceClient(storage.ConnectionString, new TableClientOptions { Retry = { MaxRetries = 0 } });
            var table = service.GetTableClient("Things");
            await table.CreateAsync();
            await service.CreateTableAsync("Gone");
            await service.DeleteTableAsync("Gone");

            var answered = new Answered();
            for (var kill = 0; kill < Kills; kill++)
            {
                // Not a whole number of Azurite's own five seconds, in which it writes its files.
                var process = supervisor.StatusOf(AzuriteStorage.Name).ProcessId!.Value;
                var writing = WriteAsync(table, answered, TestContext.Current.CancellationToken);
                await Task.Delay(700 + (kill * 900), TestContext.Current.CancellationToken);
                Process.GetProcessById(process).Kill();
                await writing.WaitAsync(Patience, TestContext.Current.CancellationToken);
                await ServesAgainAsync(supervisor, process);
                await EverythingIsThereAsync(table, answered);
            }

            Assert.True(answered.Transaction > Kills && answered.Row > Kills, $"{answered.Transaction} transactions and {answered.Row} rows are too little to say anything.");
            Assert.Equal(["Things"], await NamesAsync(service));
            TestContext.Current.SendDiagnosticMessage($"{answered.Transaction} transactions and {answered.Row} rows were answered around {Kills} kills");
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Transactions and single rows, until one is not answered any more.</summary>
    private static async Task WriteAsync(TableClient table, Answered answered, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var next = answered.Transaction + 1;
                await table.SubmitTransactionAsync(Enumerable.Range(0, RowsOfTransaction).Select(i => new TableTransactionAction(
                    i % 2 == 0 ? TableTransactionActionType.UpsertReplace : TableTransactionActionType.UpsertMerge, new TableEntity("together", $"{i:00}") { ["N"] = next })), cancellation);
                answered.Transaction = next;
                await table.AddEntityAsync(new TableEntity("alone", $"{answered.Row + 1:00000}"), cancellation);
                answered.Row++;
                if (answered.Row % 10 == 0)
                {
                    await table.DeleteEntityAsync("alone", $"{answered.Row - 5:00000}", cancellationToken: cancellation);
                    answered.Deleted.Add(answered.Row - 5);
                }
            }
        }
        catch (RequestFailedException e) when (e.Status is 0 or 409)
        {
            // The process is gone; or a row is there that was written by the one before it, which did not come to answer.
            if (e.Status == 409)
                answered.Row++;
        }
    }

    private static async Task EverythingIsThereAsync(TableClient table, Answered answered)
    {
        var together = new List<int>();
        await foreach (var row in table.QueryAsync<TableEntity>("PartitionKey eq 'together'"))
            together.Add(row.GetInt32("N")!.Value);
        Assert.Equal(RowsOfTransaction, together.Count);
        Assert.InRange(Assert.Single(together.Distinct()), answered.Transaction, answered.Transaction + 1);
        answered.Transaction = together[0];

        var alone = new HashSet<string>();
        await foreach (var row in table.QueryAsync<TableEntity>("PartitionKey eq 'alone'", select: ["RowKey"]))
            alone.Add(row.RowKey);
        for (var number = 1; number <= answered.Row; number++)
        {
            // The last one may have been deleted without an answer.
            if (alone.Contains($"{number:00000}") == answered.Deleted.Contains(number) && number != answered.Row - 5)
                Assert.Fail($"Row {number} of {answered.Row} is {(answered.Deleted.Contains(number) ? "there again" : "lost")}.");
        }
    }

    private static async Task ServesAgainAsync(Supervisor supervisor, int before)
    {
        var clock = Stopwatch.StartNew();
        while (supervisor.StatusOf(AzuriteStorage.Name) is not { Phase: AppPhase.Ready } status || status.ProcessId == before)
        {
            Assert.True(clock.Elapsed < Patience, "Azurite was not started again.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<List<string>> NamesAsync(TableServiceClient service)
    {
        var names = new List<string>();
        await foreach (var table in service.QueryAsync())
            names.Add(table.Name);
        return names;
    }

    private sealed class Answered
    {
        public int Transaction { get; set; }

        public int Row { get; set; }

        public HashSet<int> Deleted { get; } = [];
    }
}
