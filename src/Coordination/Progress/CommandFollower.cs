using System.Runtime.CompilerServices;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Progress;

/// <summary>
/// Reads what becomes of one command, once for all who watch it in this process: how the command stands and what is new in its journal, and nothing while nobody watches.
/// It remembers what it has read, so each watcher goes through it at a pace of his own and nothing is kept for him.
/// </summary>
public sealed class CommandFollower
{
    /// <summary>Rows that change all the time are still not read more often than this.</summary>
    private static readonly TimeSpan Fastest = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan BetweenStatuses = TimeSpan.FromSeconds(1);
    private const int AtOnce = 500;

    private readonly Lock _gate = new();
    private readonly CommandRows _rows;
    private readonly CommandSignals _signals;
    private readonly EventOptions _options;
    private readonly TimeProvider _time;
    private readonly string _id;
    private readonly CancellationToken _stop;
    private ToldUpdates? _told;
    private CommandStanding _standing;
    private long _read;
    private long _readAt;
    private int _version;
    private bool _isOver;
    private Task? _turn;
    private Task _signal;

    internal CommandFollower(CommandStanding standing, CommandRows rows, CommandSignals signals, EventOptions options, TimeProvider time, CancellationToken stop)
    {
        _stop = stop;
        (_id, _standing, _rows, _signals, _options, _time) = (standing.CommandId, standing, rows, signals, options, time);
        _signal = signals.NextAsync(_id);
    }

    /// <summary>Everything that is told behind a position: how the command stands, what became of its updates, and its end.</summary>
    public async IAsyncEnumerable<CommandEvent> WatchAsync(EventPosition after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await TurnAsync(version: 0).WaitAsync(cancellation);
        int place;
        lock (_gate)
            place = _told!.UpTo(after);
        (string State, int Count)? shown = null;
        var shownAt = 0L;
        while (true)
        {
            IReadOnlyList<CommandEvent.Update> updates;
            CommandProgress progress;
            int version, count;
            bool isLast;
            lock (_gate)
            {
                updates = _told!.Read(place, AtOnce);
                place += updates.Count;
                (version, count, progress, isLast) = (_version, _told.Count, Progress(), _isOver && place == _told.Count);
            }

            if (shown is null)
            {
                (shown, shownAt) = ((progress.State, count), _time.GetTimestamp());
                yield return new CommandEvent.Status(progress);
            }

            foreach (var update in updates)
                yield return update;
            if (isLast)
            {
                yield return new CommandEvent.End(progress);
                yield break;
            }

            if (place < count)
                continue;
            if (shown.Value.State != progress.State || (shown.Value.Count != count && _time.GetElapsedTime(shownAt) >= BetweenStatuses))
            {
                (shown, shownAt) = ((progress.State, count), _time.GetTimestamp());
                yield return new CommandEvent.Status(progress);
            }

            await TurnAsync(version).WaitAsync(cancellation);
        }
    }

    /// <summary>Returns when the look that is under way has come to its end.</summary>
    internal async Task StoppedAsync()
    {
        Task? turn;
        lock (_gate)
            turn = _turn;
        if (turn is not null)
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Completes when there is something newer than a version, or the rows were looked at again; all who wait share one look, and without them there is none.</summary>
    private Task TurnAsync(int version)
    {
        lock (_gate)
        {
            if (_version > version || _isOver)
                return Task.CompletedTask;
            return _turn is { IsCompleted: false } ? _turn : _turn = ReadNextAsync();
        }
    }

    private async Task ReadNextAsync()
    {
        // Whoever begins this holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (_told is not null)
            await PauseAsync();

        // Taken before the rows are read: what is written meanwhile is read next.
        _signal = _signals.NextAsync(_id);
        _readAt = _time.GetTimestamp();
        var news = await _rows.ReadAsync(_id, _read, isFirst: _told is null, _stop);
        lock (_gate)
            Take(news);
    }

    private async Task PauseAsync()
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        await Task.WhenAny(_signal, Task.Delay(_options.Interval, _time, rest.Token));
        await rest.CancelAsync();
        _stop.ThrowIfCancellationRequested();
        if (Fastest - _time.GetElapsedTime(_readAt) is { Ticks: > 0 } early)
            await Task.Delay(early, _time, _stop);
    }

    private void Take(CommandNews news)
    {
        var isNew = _told is null || news.Standing != _standing || news.Journal.Count > 0;
        _told ??= new ToldUpdates(news.Updates!);
        foreach (var (number, changes) in news.Journal)
        {
            _told.Add(number, changes);
            _read = number;
        }

        _standing = news.Standing;
        if (States.IsFinal(news.Standing.State))
        {
            _told.AddRest(news.Updates!);
            _isOver = true;
        }

        if (isNew)
            _version++;
    }

    private CommandProgress Progress() => new()
    {
        CommandId = _standing.CommandId,
        Kind = _standing.Kind,
        Mode = _standing.Mode,
        State = _standing.State,
        Error = _standing.Error,
        StartTs = _standing.StartedAt,
        EndTs = _standing.ModifiedAt,
        Total = _told!.Total,
        Updates = _told.Counts,
    };
}
