using System.Diagnostics;
using Azure.Data.Tables;
using Formae.Embedded.Tables;

namespace Formae.Bench;

/// <summary>The embedded tables alone.</summary>
internal static class TableBench
{
    private const int Callers = 64;
    private const int RowsOfTransaction = 100;

    public static async Task RunAsync(BenchOptions options, Results results, string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, "tables.db");
        Directory.CreateDirectory(folder);
        try
        {
            var table = new TableServiceClient($"TableEndpoint={new Uri(file).AbsoluteUri}").GetTableClient("bench");
            await table.CreateIfNotExistsAsync(cancellation);
            await SinglesAsync(table, "warm", options.Count(2000, 100), cancellation);
            for (var run = 0; run < options.Runs; run++)
            {
                results.Add(new Scenario($"tables, rows one by one, {Callers} callers", "/s"), await SinglesAsync(table, $"single-{run}", options.Count(20_000, 500), cancellation));
                results.Add(new Scenario($"tables, rows in transactions of {RowsOfTransaction}", "/s"), await TransactionsAsync(table, $"transaction-{run}", options.Count(100_000, 1000), cancellation));
            }
        }
        finally
        {
            await EmbeddedTables.CloseAsync(file);
        }
    }

    private static async Task<double> SinglesAsync(TableClient table, string partition, int rows, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var i = caller; i < rows; i += Callers)
                await table.UpsertEntityAsync(Row($"{partition}-{caller}", i), TableUpdateMode.Replace, cancellation);
        }));
        return rows / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> TransactionsAsync(TableClient table, string partition, int rows, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var transactions = rows / RowsOfTransaction;
        const int At = 8;
        await Task.WhenAll(Enumerable.Range(0, At).Select(async caller =>
        {
            for (var transaction = caller; transaction < transactions; transaction += At)
            {
                var first = transaction * RowsOfTransaction;
                await table.SubmitTransactionAsync(
                    Enumerable.Range(first, RowsOfTransaction).Select(i => new TableTransactionAction(TableTransactionActionType.UpsertReplace, Row($"{partition}-{caller}", i))),
                    cancellation);
            }
        }));
        return rows / watch.Elapsed.TotalSeconds;
    }

    private static TableEntity Row(string partition, int number) => new(partition, $"row-{number:D8}")
    {
        ["State"] = "Success",
        ["Attempt"] = 1,
        ["Properties"] = "{\"BucketName\":\"a-name-of-ordinary-length\",\"VersioningEnabled\":false,\"Acl\":\"Private\",\"Tags\":[{\"Key\":\"number\",\"Value\":\"1\"}]}",
        ["ModifiedAt"] = DateTimeOffset.UtcNow,
    };
}
