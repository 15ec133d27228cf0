using Azure;
using Azure.Data.Tables;
using Formae.Messaging.Payloads;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Storage;

/// <summary>
/// Removes payloads that no row has the claim of any more. Goes through the list of uses, a page at a time: a use whose row says otherwise is marked, and when it is
/// still so after <see cref="Kept"/>, it goes; the payload goes with its last use, unless it was left again meanwhile. So a row that is not written yet and a reader that
/// holds an older row have that long.
/// </summary>
public sealed partial class RowPayloadSweep(FormaeTables tables, PayloadStore payloads, StorageClock clock, ILogger<RowPayloadSweep> logger)
{
    /// <summary>How long a use is kept after it was written, and after it was found unused.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromHours(6);

    /// <summary>Uses that one run looks at: each costs a read.</summary>
    private const int PageSize = 500;

    private const string Upkeep = "payloads";
    private const string Place = "Place";
    private const string Unused = "Unused";

    /// <summary>Looks at the next page of uses. Answers how many payloads it removed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var progress = await tables.Upkeep.FindAsync(Upkeep, Upkeep, cancellation);
        var continuation = progress?.GetString(Place) is { Length: > 0 } place ? place : null;
        var removed = 0;
        await foreach (var page in tables.PayloadUses.QueryAsync<TableEntity>((string?)null, PageSize, cancellationToken: cancellation).AsPages(continuation, PageSize))
        {
            if (page.Values.Count > 0)
                removed = await SweepAsync(page.Values, await clock.NowAsync(cancellation), cancellation);
            var next = page.ContinuationToken ?? "";
            if (next.Length > 0 || progress is not null)
                await tables.Upkeep.UpsertEntityAsync(new TableEntity(Upkeep, Upkeep) { [Place] = next }, TableUpdateMode.Replace, cancellation);
            break;
        }

        if (removed > 0)
            LogRemoved(removed);
        return removed;
    }

    private async Task<int> SweepAsync(IReadOnlyList<TableEntity> uses, DateTimeOffset now, CancellationToken cancellation)
    {
        var removed = 0;
        foreach (var use in uses)
        {
            if (await IsInUseAsync(use, cancellation))
            {
                if (IsMarked(use))
                    await ChangeAsync(use, isUnused: false, cancellation);
            }
            else if (!IsOver(use, now))
            {
                if (!IsMarked(use) && IsOld(use, now))
                    await ChangeAsync(use, isUnused: true, cancellation);
            }
            else if (await EndAsync(use, now, cancellation))
            {
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Ends a use, and with the last one the payload. All others are looked at anew: they may have begun since.</summary>
    private async Task<bool> EndAsync(TableEntity use, DateTimeOffset now, CancellationToken cancellation)
    {
        var all = await tables.PayloadUses.ReadPartitionAsync(use.PartitionKey, cancellation);
        foreach (var other in all)
        {
            if (!IsOver(other, now) || await IsInUseAsync(other, cancellation))
            {
                await ForgetAsync(use, cancellation);
                return false;
            }
        }

        // The payload first: a crash in between is mended by the next run, because the uses are still there.
        if (all.Count == 0 || !await payloads.DeleteIfOlderAsync(use.GetString("Name"), now - Kept, cancellation))
            return false;
        foreach (var over in all)
            await ForgetAsync(over, cancellation);
        return true;
    }

    private async Task<bool> IsInUseAsync(TableEntity use, CancellationToken cancellation)
    {
        var column = use.GetString("Column");
        var found = await tables.Named(use.GetString("Table")).GetEntityIfExistsAsync<TableEntity>(use.GetString("Partition"), use.GetString("Row"), [column], cancellation);
        return found.HasValue && found.Value!.GetString(column) is { } claim && claim.Contains(use.PartitionKey, StringComparison.Ordinal);
    }

    private Task ChangeAsync(TableEntity use, bool isUnused, CancellationToken cancellation) => UnlessChangedAsync(() =>
        tables.PayloadUses.UpdateEntityAsync(new TableEntity(use.PartitionKey, use.RowKey) { [Unused] = isUnused }, use.ETag, TableUpdateMode.Merge, cancellation));

    private Task ForgetAsync(TableEntity use, CancellationToken cancellation) => UnlessChangedAsync(() =>
        tables.PayloadUses.DeleteEntityAsync(use.PartitionKey, use.RowKey, use.ETag, cancellation));

    /// <summary>Who writes a use anew is about to write its row: then it stays.</summary>
    private static async Task UnlessChangedAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // The next run looks at what is there then.
        }
    }

    private static bool IsMarked(TableEntity use) => use.GetBoolean(Unused) == true;

    private static bool IsOld(TableEntity use, DateTimeOffset now) => now - (use.Timestamp ?? DateTimeOffset.MaxValue) > Kept;

    /// <summary>The mark is the last thing that was written to it.</summary>
    private static bool IsOver(TableEntity use, DateTimeOffset now) => IsMarked(use) && IsOld(use, now);

    [LoggerMessage(EventId = 1095, Level = LogLevel.Information, Message = "Removed {Count} payloads that no row refers to any more")]
    private partial void LogRemoved(int count);
}
