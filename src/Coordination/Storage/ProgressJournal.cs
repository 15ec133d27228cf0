using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Commands;
using Formae.Coordination.Progress;

namespace Formae.Coordination.Storage;

/// <summary>
/// What became of a command's updates, in the order in which it was written, so that following a command reads only what is new. Partition is the command, rows are
/// numbered without a gap: a row is added only by who knows the one before it, so whoever has read up to a number has read all of them. Changes may be written twice.
/// </summary>
public sealed class ProgressJournal(FormaeTables tables, CommandSignals signals)
{
    private const string Head = "head";
    private const int LongestMessage = 2_000;
    private const int RowLength = 200_000;
    private const int MostWriters = 256;

    private readonly ConcurrentDictionary<string, Writer> _writers = new(StringComparer.Ordinal);

    public async Task AppendAsync(string commandId, IReadOnlyList<ProgressChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;

        // A writer holds nothing that cannot be read again; only commands that run have use of one.
        if (_writers.Count > MostWriters)
            _writers.Clear();
        await _writers.GetOrAdd(commandId, id => new Writer(tables.Progress, id)).AppendAsync([.. changes.Select(Short)]).WaitAsync(cancellation);
        signals.Changed(commandId);
    }

    /// <summary>The rows behind a number, in their order; 0 for all.</summary>
    public async Task<IReadOnlyList<(long Number, IReadOnlyList<ProgressChange> Changes)>> ReadAsync(string commandId, long after, CancellationToken cancellation) =>
        [.. (await tables.Progress.ReadAsync(Behind(commandId, after), cancellation)).Select(EntryOf)];

    /// <summary>The first of them, and no more than so many.</summary>
    public async Task<IReadOnlyList<(long Number, IReadOnlyList<ProgressChange> Changes)>> ReadAsync(string commandId, long after, int most, CancellationToken cancellation)
    {
        var found = new List<(long Number, IReadOnlyList<ProgressChange> Changes)>();
        await foreach (var row in tables.Progress.QueryAsync<TableEntity>(Behind(commandId, after), maxPerPage: most, cancellationToken: cancellation))
        {
            found.Add(EntryOf(row));
            if (found.Count == most)
                break;
        }

        return found;
    }

    /// <summary>When something was written last, by the clock of the tables; null when nothing ever was.</summary>
    public async Task<DateTimeOffset?> LastAtAsync(string commandId, CancellationToken cancellation) => (await tables.Progress.FindAsync(commandId, Head, cancellation))?.Timestamp;

    private static string Behind(string commandId, long after)
    {
        var from = KeyOf(after);
        return TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and RowKey gt {from} and RowKey lt {Head}");
    }

    private static (long Number, IReadOnlyList<ProgressChange> Changes) EntryOf(TableEntity row) =>
        (long.Parse(row.RowKey, CultureInfo.InvariantCulture), JsonSerializer.Deserialize(RowText.Read(row, "Changes")!, StorageJson.Rows.IReadOnlyListProgressChange)!);

    private static string KeyOf(long number) => number.ToString("D10", CultureInfo.InvariantCulture);

    private static ProgressChange Short(ProgressChange change) => change with { Progress = change.Progress with { Error = Short(change.Progress.Error), Message = Short(change.Progress.Message) } };

    private static string? Short(string? text) => text is { Length: > LongestMessage } ? text[..LongestMessage] + " …" : text;

    /// <summary>Writes for one command, one row after the other; what comes while one is written goes together into the next.</summary>
    private sealed class Writer(TableClient table, string commandId)
    {
        private readonly Lock _gate = new();
        private List<ProgressChange> _waiting = [];
        private Task _current = Task.CompletedTask;
        private Task? _next;
        private long? _last;

        public Task AppendAsync(IReadOnlyList<ProgressChange> changes)
        {
            lock (_gate)
            {
                _waiting.AddRange(changes);
                return _next ??= WriteAfterAsync(_current);
            }
        }

        private async Task WriteAfterAsync(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            List<ProgressChange> changes;
            lock (_gate)
            {
                (changes, _waiting) = (_waiting, []);
                (_current, _next) = (_next!, null);
            }

            // Whoever waits for these may give up; they are written nevertheless.
            foreach (var part in Split(changes))
                await WriteAsync(JsonSerializer.Serialize(part, StorageJson.Rows.IReadOnlyListProgressChange));
        }

        private async Task WriteAsync(string changes)
        {
            while (true)
            {
                var number = (_last ?? await LastAsync()) + 1;
                var row = new TableEntity(commandId, KeyOf(number));
                RowText.Write(row, "Changes", changes);
                try
                {
                    await table.SubmitTransactionAsync(
                        [new TableTransactionAction(TableTransactionActionType.Add, row), new TableTransactionAction(TableTransactionActionType.UpsertReplace, new TableEntity(commandId, Head) { ["Last"] = number })],
                        CancellationToken.None);
                    _last = number;
                    return;
                }
                catch (RequestFailedException e) when (e.Status == 409)
                {
                    // Another process took this number, or this one did and did not hear of it.
                    _last = null;
                }
            }
        }

        private async Task<long> LastAsync() => (await table.FindAsync(commandId, Head, CancellationToken.None))?.GetInt64("Last") ?? 0;

        private static IEnumerable<IReadOnlyList<ProgressChange>> Split(List<ProgressChange> changes)
        {
            var part = new List<ProgressChange>();
            var length = 0;
            foreach (var change in changes)
            {
                // A character of a message may take two in JSON.
                var own = 400 + (2 * ((change.Progress.Error?.Length ?? 0) + (change.Progress.Message?.Length ?? 0)));
                if (part.Count > 0 && length + own > RowLength)
                {
                    yield return part;
                    (part, length) = ([], 0);
                }

                part.Add(change);
                length += own;
            }

            yield return part;
        }
    }
}
