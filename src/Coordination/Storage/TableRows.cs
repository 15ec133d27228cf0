using Azure;
using Azure.Data.Tables;

namespace Formae.Coordination.Storage;

/// <summary>What every store does with a table.</summary>
internal static class TableRows
{
    private const int ReadsAtOnce = 128;

    /// <summary>Payloads are large: only a few at once are in memory besides their rows.</summary>
    private const int PayloadsAtOnce = 8;

    public static async Task<TableEntity?> FindAsync(this TableClient table, string partition, string row, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    public static Task<List<TableEntity>> ReadPartitionAsync(this TableClient table, string partition, CancellationToken cancellation, IEnumerable<string>? select = null) =>
        table.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellation, select);

    public static Task<List<TableEntity>> ReadAsync(this TableClient table, string? filter, CancellationToken cancellation, IEnumerable<string>? select = null) =>
        ReadAsync(table, filter, static row => row, select, cancellation);

    /// <summary>The rows of a partition as what they stand for, each as it is read: a row takes many times as much memory, and there may be very many.</summary>
    public static Task<List<T>> ReadPartitionAsync<T>(this TableClient table, string partition, Func<TableEntity, T> convert, IEnumerable<string> select, CancellationToken cancellation) =>
        ReadAsync(table, TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), convert, select, cancellation);

    private static async Task<List<T>> ReadAsync<T>(TableClient table, string? filter, Func<TableEntity, T> convert, IEnumerable<string>? select, CancellationToken cancellation)
    {
        var read = new List<T>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, maxPerPage: 1000, select, cancellation))
            read.Add(convert(row));
        return read;
    }

    /// <summary>Rows as what they stand for, or the other way, in their order. Mostly that takes no time; what has a payload to wait for waits with a few others.</summary>
    public static async Task<IReadOnlyList<TTo>> ConvertAsync<TFrom, TTo>(IReadOnlyList<TFrom> from, Func<TFrom, ValueTask<TTo>> convert)
    {
        var converted = new TTo[from.Count];
        var waiting = new Queue<(int Place, Task<TTo> Converting)>();
        for (var i = 0; i < converted.Length; i++)
        {
            var converting = convert(from[i]);
            if (converting.IsCompletedSuccessfully)
            {
                converted[i] = converting.Result;
                continue;
            }

            waiting.Enqueue((i, converting.AsTask()));
            if (waiting.Count == PayloadsAtOnce)
                await TakeAsync();
        }

        while (waiting.Count > 0)
            await TakeAsync();
        return converted;

        async Task TakeAsync()
        {
            var (place, converting) = waiting.Dequeue();
            converted[place] = await converting;
        }
    }

    /// <summary>Reads something for each item, in their order: side by side, but never more at once than storage takes well.</summary>
    public static async Task<IReadOnlyList<T>> ReadEachAsync<TItem, T>(IEnumerable<TItem> items, Func<TItem, Task<T>> read)
    {
        var found = new List<T>();
        foreach (var chunk in items.Chunk(ReadsAtOnce))
            found.AddRange(await Task.WhenAll(chunk.Select(read)));
        return found;
    }

    public static bool Is(this RequestFailedException failure, string code) => failure.ErrorCode == code;
}
