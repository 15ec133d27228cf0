using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Progress;

/// <summary>One follower for each command that somebody watches in this process; it stays for a while, because whoever is cut off comes back.</summary>
public sealed class CommandFollowers(CommandStore commands, UpdateStore updates, ProgressJournal journal, CommandSignals signals, EventOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly CommandRows _rows = new(commands, updates, journal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>How many commands are remembered.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Null when there is no such command, or none that a user gave.</summary>
    /// <param name="commandId">The command.</param>
    /// <param name="after">Behind which event to begin.</param>
    /// <param name="cancellation">Cancels the search; the watch has a token of its own.</param>
    public async Task<IAsyncEnumerable<CommandEvent>?> WatchAsync(string commandId, EventPosition after, CancellationToken cancellation) =>
        await commands.StandingAsync(commandId, cancellation) is { Source: Sources.User } standing ? WatchAsync(standing, after) : null;

    /// <summary>Returns when no rows are read any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Entry[] entries;
        lock (_gate)
            entries = [.. _entries.Values];
        await _stop.CancelAsync();
        foreach (var entry in entries)
        {
            if (entry.Leaving is not null)
                await entry.Leaving.DisposeAsync();
            await entry.Follower.StoppedAsync();
        }

        _stop.Dispose();
    }

    private async IAsyncEnumerable<CommandEvent> WatchAsync(CommandStanding standing, EventPosition after, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var entry = Enter(standing);
        try
        {
            await foreach (var happened in entry.Follower.WatchAsync(after, cancellation))
                yield return happened;
        }
        finally
        {
            Leave(standing.CommandId, entry);
        }
    }

    private Entry Enter(CommandStanding standing)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(standing.CommandId, out var entry))
                _entries[standing.CommandId] = entry = new Entry(new CommandFollower(standing, _rows, signals, options, time, _stop.Token));
            entry.Watchers++;
            entry.Leaving?.Dispose();
            entry.Leaving = null;
            return entry;
        }
    }

    private void Leave(string commandId, Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Watchers == 0)
                entry.Leaving = time.CreateTimer(_ => Forget(commandId, entry), null, Kept, Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget(string commandId, Entry entry)
    {
        lock (_gate)
        {
            if (entry.Watchers > 0)
                return;
            entry.Leaving?.Dispose();
            _entries.Remove(commandId);
        }
    }

    private sealed class Entry(CommandFollower follower)
    {
        public CommandFollower Follower => follower;

        public int Watchers { get; set; }

        public ITimer? Leaving { get; set; }
    }
}
