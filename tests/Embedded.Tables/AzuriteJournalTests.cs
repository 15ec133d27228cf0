using System.Collections.Concurrent;
using System.Diagnostics;
using Azure;
using Azure.Data.Tables;
using Formae.Embedded.Host;
using Formae.Servers;

namespace Formae.Embedded.Tables.Tests;

/// <summary>The journal of the Azurite that a control plane runs: on a disk that is full, and with a line that cannot be read.</summary>
public sealed class AzuriteJournalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("formae-journal-").FullName;
    private readonly ConcurrentQueue<string> _said = new();

    private string FullDisk => Path.Combine(_folder, "full");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Half_a_line_on_a_full_disk_takes_no_other_with_it()
    {
        using var data = DataDirectory.Open(Path.Combine(_folder, "data"), "the tests");
        var storage = await StorageAsync(data);
        await using var supervisor = Supervise(storage);
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        var table = new TableServiceClient(storage.ConnectionString, new TableClientOptions { Retry = { MaxRetries = 0 } }).GetTableClient("Things");
        await table.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "before"));

        var process = supervisor.StatusOf(AzuriteStorage.Name).ProcessId!.Value;
        await File.WriteAllTextAsync(FullDisk, "", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "torn")));
        process = await ServesAgainAsync(supervisor, process);
        await table.AddEntityAsync(new TableEntity("p", "after"));
        Process.GetProcessById(process).Kill();
        await ServesAgainAsync(supervisor, process);

        var rows = new List<string>();
        await foreach (var row in table.QueryAsync<TableEntity>())
            rows.Add(row.RowKey);
        Assert.Equal(["after", "before"], rows.Except(["torn"]));
        Assert.Contains(_said, line => line.Contains("cannot be written", StringComparison.Ordinal) && line.Contains("ENOSPC", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]\n[{\"in\":", true)]
    [InlineData("[]\n[{\"in\":\n[]\n", false)]
    public async Task Only_the_last_line_of_a_journal_may_be_torn(string lines, bool starts)
    {
        using var data = DataDirectory.Open(Path.Combine(_folder, "data"), "the tests");
        var storage = await StorageAsync(data);
        await using (var supervisor = Supervise(storage))
            await supervisor.StartAsync(TestContext.Current.CancellationToken);
        var database = Assert.Single(Directory.GetFiles(AzuriteStorage.FolderIn(data.Path), "*table*.json"));
        await File.WriteAllTextAsync($"{database}.journal.1000", lines, TestContext.Current.CancellationToken);

        await using var again = Supervise(storage);
        var refused = await Record.ExceptionAsync(() => again.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(starts, refused is null);
        Assert.Equal(starts ? 0 : 1, _said.Count(line => line.Contains($"Line 2 of the journal {database}.journal.1000 cannot be read", StringComparison.Ordinal)));
    }

    /// <summary>Azurite on a disk that is full for one write, half of which it still takes, when a file says so.</summary>
    private async Task<AzuriteStorage> StorageAsync(DataDirectory data)
    {
        var (node, home, missing) = await NpmProgram.FindAsync("azurite", TestContext.Current.CancellationToken);
        if (missing is not null)
            Assert.Skip(missing);
        var script = Path.Combine(_folder, "disk.cjs");
        await File.WriteAllTextAsync(
            script,
            $$"""
            const fs = require("fs");
            const write = fs.writeSync;
            fs.writeSync = function (descriptor, data, from, ...rest) {
              if (!Buffer.isBuffer(data) || !fs.existsSync("{{FullDisk}}"))
                return write.call(fs, descriptor, data, from, ...rest);
              if (from === 0)
                return write.call(fs, descriptor, data, 0, data.length >> 1);
              fs.rmSync("{{FullDisk}}");
              throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
            };
            require("{{Path.Combine(Repository.Root, "tools", "azurite.cjs")}}");
            """,
            TestContext.Current.CancellationToken);
        return AzuriteStorage.Of(data, new AzuriteProgram(node!, script, Path.Combine(home!, "node_modules", "azurite")));
    }

    private Supervisor Supervise(AzuriteStorage storage) => new([storage.Spec], line => _said.Enqueue(line.ToString()), new SupervisorOptions { ReadyTimeout = Patience });

    private static async Task<int> ServesAgainAsync(Supervisor supervisor, int before)
    {
        var clock = Stopwatch.StartNew();
        while (supervisor.StatusOf(AzuriteStorage.Name) is not { Phase: AppPhase.Ready } status || status.ProcessId == before)
        {
            Assert.True(clock.Elapsed < Patience, "Azurite was not started again.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return supervisor.StatusOf(AzuriteStorage.Name).ProcessId!.Value;
    }
}
