using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Secrets;

/// <summary>
/// Closes secrets that rows hold in the open, because an older version wrote them or because their field was marked as a secret only afterwards: once over all rows
/// for each set of marked fields. Page by page, from where it stopped; every write is conditional, so nothing newer is overwritten, and to do a page twice does no harm.
/// </summary>
public sealed partial class SecretBackfill(FormaeTables tables, PluginCatalog catalog, SecretSeal seal, ILogger<SecretBackfill> logger)
{
    /// <summary>Rows of a page.</summary>
    internal const int PageSize = 500;

    /// <summary>Pages of one run: what a background function does well within its time.</summary>
    internal const int PagesOfRun = 40;

    private readonly StoredSecrets _secrets = new(catalog, seal);
    private string? _done;

    private IReadOnlyList<(TableClient Table, string Column, Func<TableEntity, Closing> Closing)> Steps =>
    [
        (tables.Resources, "Document", static _ => Closing.Hash),
        (tables.Versions, "Document", static _ => Closing.Hash),
        (tables.Updates, "Plan", OfUnfinished),
        (tables.Commands, "TargetUpdates", OfUnfinished),
        (tables.Targets, "Document", static _ => Closing.Seal),
    ];

    /// <summary>Goes on where it stopped, for a while. True when nothing is left to be done.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var wanted = BackfillProgress.SecretsOf(catalog.Schemas);
        if (_done == wanted)
            return true;
        var progress = await BackfillProgress.ReadAsync(tables, cancellation);
        if (progress.Covers(wanted))
        {
            _done = wanted;
            return true;
        }

        // What is newly marked may stand in rows that the pass has left behind: it begins again.
        if (progress.Wanted != wanted)
            progress = progress.Begin(wanted);
        for (var page = 0; page < PagesOfRun; page++)
        {
            if (progress.Step == Steps.Count)
            {
                await progress.End().WriteAsync(tables, cancellation);
                _done = wanted;
                LogDone();
                return true;
            }

            progress = await PageAsync(progress, cancellation);
            await progress.WriteAsync(tables, cancellation);
        }

        return false;
    }

    private async Task<BackfillProgress> PageAsync(BackfillProgress progress, CancellationToken cancellation)
    {
        var (table, column, closing) = Steps[progress.Step];
        var pages = table.QueryAsync<TableEntity>(filter: (string?)null, maxPerPage: PageSize, cancellationToken: cancellation)
            .AsPages(progress.Continuation.Length == 0 ? null : progress.Continuation, PageSize);
        await foreach (var page in pages)
        {
            var closed = 0;
            foreach (var row in page.Values)
                closed += await CloseAsync(table, row, column, closing, cancellation) ? 1 : 0;
            if (closed > 0)
                LogClosed(closed, page.Values.Count, table.Name);
            return string.IsNullOrEmpty(page.ContinuationToken) ? progress with { Step = progress.Step + 1, Continuation = "" } : progress with { Continuation = page.ContinuationToken };
        }

        return progress with { Step = progress.Step + 1, Continuation = "" };
    }

    /// <summary>Whether there was something to close.</summary>
    private async Task<bool> CloseAsync(TableClient table, TableEntity found, string column, Func<TableEntity, Closing> closing, CancellationToken cancellation)
    {
        for (var row = found; row is not null; row = await table.FindAsync(row.PartitionKey, row.RowKey, cancellation))
        {
            if (await tables.Texts.ReadAsync(row, column, cancellation) is not { } text || _secrets.Close(text, row.GetString("Type"), closing(row)) is not { } closed)
                return false;
            try
            {
                await table.UpdateEntityAsync(await WithAsync(table, row, column, closed, cancellation), row.ETag, TableUpdateMode.Replace, cancellation);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                // Somebody wrote it in between: what stands there now is looked at anew.
            }
        }

        return false;
    }

    /// <summary>The whole row with another text: one that takes fewer columns than before must leave none of the old ones behind.</summary>
    private async Task<TableEntity> WithAsync(TableClient table, TableEntity row, string column, string text, CancellationToken cancellation)
    {
        var changed = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var (name, value) in row)
        {
            if (name is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp") && !RowText.IsColumn(column, name))
                changed[name] = value;
        }

        await tables.Texts.WriteAsync(table, changed, column, text, cancellation);
        return changed;
    }

    private static Closing OfUnfinished(TableEntity row) =>
        States.IsFinal(row.GetString("SettledState") ?? row.GetString("State") ?? States.NotStarted) ? Closing.Hash : Closing.Seal;

    [LoggerMessage(EventId = 1090, Level = LogLevel.Information, Message = "Closed the secrets of {Closed} of {Rows} rows of {Table} that held some in the open")]
    private partial void LogClosed(int closed, int rows, string table);

    [LoggerMessage(EventId = 1091, Level = LogLevel.Information, Message = "Every row has been looked through for secrets in the open")]
    private partial void LogDone();
}
