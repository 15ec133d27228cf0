using System.Buffers;
using System.Runtime.ExceptionServices;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Storage;

/// <summary>Writes many rows of one partition: a hundred to a transaction, a few transactions side by side, each of them tried again while storage has too much to do.</summary>
public sealed partial class PartitionWriter(TimeProvider time, ILogger<PartitionWriter> logger)
{
    /// <summary>
    /// Transactions that are under way at once. A partition takes 2,000 rows a second on Azure, which is twenty transactions; one takes some tenths of a second there, so eight
    /// come to about that. More are only refused, and what they are refused for holds up others who write there.
    /// </summary>
    public const int TransactionsAtOnce = 8;

    /// <summary>Rows that a transaction takes.</summary>
    private const int RowLimit = 100;

    /// <summary>Bytes that a transaction takes, with room for its frame: the service takes 4 MiB.</summary>
    private const int SizeLimit = 3_500_000;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .:,-_{}[]");

    /// <summary>
    /// Writes rows. A row with an ETag is written only if it still has it; where one has another, its transaction is left out and the others are written nevertheless, before the
    /// failure (412) is thrown. A transaction of which nobody knows whether it was stored is sent again.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Rows of one partition.</param>
    /// <param name="action">What is done with each.</param>
    /// <param name="patience">For how long, from now on, what storage refuses for the moment is tried again. None where the caller is tried again himself.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task WriteAsync(TableClient table, IReadOnlyList<TableEntity> rows, TableTransactionActionType action, TimeSpan patience, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        RequestFailedException? outdated = null;
        await Parallel.ForEachAsync(Transactions(rows, action), new ParallelOptions { MaxDegreeOfParallelism = TransactionsAtOnce, CancellationToken = cancellation }, async (transaction, ended) =>
        {
            try
            {
                await SubmitAsync(table, transaction, begun, patience, ended);
            }
            catch (RequestFailedException e) when (e.Status == 412)
            {
                outdated = e;
            }
        });
        if (outdated is not null)
            ExceptionDispatchInfo.Throw(outdated);
    }

    private async Task SubmitAsync(TableClient table, List<TableTransactionAction> transaction, long begun, TimeSpan patience, CancellationToken cancellation)
    {
        long? refused = null;
        while (true)
        {
            TimeSpan pause;
            try
            {
                await table.SubmitTransactionAsync(transaction, cancellation);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e.IsPassing())
            {
                pause = PassingFailures.PauseAfter(time.GetElapsedTime(refused ??= time.GetTimestamp()), ShortestPause);
                if (time.GetElapsedTime(begun) + pause > patience)
                    throw;
                LogBusy(table.Name, transaction.Count, transaction[0].Entity.PartitionKey, pause.TotalSeconds, e);
            }

            await Task.Delay(pause, time, cancellation);
        }
    }

    private static IEnumerable<List<TableTransactionAction>> Transactions(IReadOnlyList<TableEntity> rows, TableTransactionActionType action)
    {
        var transaction = new List<TableTransactionAction>();
        var size = 0;
        foreach (var row in rows)
        {
            var length = SizeOf(row);
            if (transaction.Count > 0 && (transaction.Count == RowLimit || size + length > SizeLimit))
            {
                yield return transaction;
                transaction = [];
                size = 0;
            }

            transaction.Add(new TableTransactionAction(action, row, row.ETag));
            size += length;
        }

        if (transaction.Count > 0)
            yield return transaction;
    }

    /// <summary>What the row takes in a request: JSON that escapes whatever is not plain, above all the quotation marks of the JSON in the columns.</summary>
    private static int SizeOf(TableEntity row)
    {
        var size = 500;
        foreach (var (name, value) in row)
        {
            size += name.Length + 64;
            if (value is not string text)
                continue;
            foreach (var character in text)
                size += Plain.Contains(character) ? 1 : 6;
        }

        return size;
    }

    [LoggerMessage(EventId = 1401, Level = LogLevel.Warning, Message = "{Table} did not take {Count} rows of {Partition} now; again in {Seconds} s")]
    private partial void LogBusy(string table, int count, string partition, double seconds, Exception exception);
}
