using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Progress;

/// <summary>
/// What there is to tell of a command's updates, in order: the journal, without what is in it twice or comes too late, and once the command is final whatever else its
/// rows say. The same rows give the same in every process, so a place in it is understood by all of them.
/// </summary>
internal sealed class ToldUpdates
{
    private readonly IReadOnlyList<UpdateStanding> _updates;
    private readonly UpdateProgress[] _now;
    private readonly Dictionary<string, int> _places;
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<Told> _told = [];

    public ToldUpdates(IReadOnlyList<UpdateStanding> updates)
    {
        _updates = updates;
        _now = new UpdateProgress[updates.Count];
        Array.Fill(_now, new UpdateProgress());
        _places = new Dictionary<string, int>(updates.Count, StringComparer.Ordinal);
        for (var i = 0; i < updates.Count; i++)
            _places[updates[i].Row] = i;
        _counts[States.NotStarted] = updates.Count;
    }

    public int Count => _told.Count;

    public int Total => _updates.Count;

    public IReadOnlyDictionary<string, int> Counts => _counts.Where(count => count.Value > 0).ToDictionary(StringComparer.Ordinal);

    public void Add(long number, IReadOnlyList<Commands.ProgressChange> changes)
    {
        for (var place = 0; place < changes.Count; place++)
        {
            if (_places.TryGetValue(changes[place].Row, out var update) && IsNews(_now[update], changes[place].Progress))
                Tell(new EventPosition(number, place), update, changes[place].Progress);
        }
    }

    /// <summary>The command is final: its rows have the last word.</summary>
    public void AddRest(IReadOnlyList<UpdateStanding> rows)
    {
        for (var place = 0; place < rows.Count; place++)
        {
            if (_places.TryGetValue(rows[place].Row, out var update) && _now[update].State != rows[place].Progress.State)
                Tell(new EventPosition(EventPosition.Rest, place), update, rows[place].Progress);
        }
    }

    /// <summary>How many are told up to a position, that one included.</summary>
    public int UpTo(EventPosition position)
    {
        var (from, to) = (0, _told.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _told[middle].Position.CompareTo(position) <= 0 ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    public IReadOnlyList<CommandEvent.Update> Read(int from, int most) => [.. _told.GetRange(from, Math.Min(most, _told.Count - from)).Select(told => new CommandEvent.Update(told.Position.ToString(), ChangeOf(told)))];

    private void Tell(EventPosition position, int update, UpdateProgress progress)
    {
        _counts[_now[update].State]--;
        _counts[progress.State] = _counts.GetValueOrDefault(progress.State) + 1;

        // What only goes on does not say again when it began.
        _now[update] = progress = progress with { StartedAt = progress.StartedAt ?? _now[update].StartedAt };
        _told.Add(new Told(position, update, progress));
    }

    /// <summary>A final state stays, and attempts only go up: the journal may hold the same twice.</summary>
    private static bool IsNews(UpdateProgress before, UpdateProgress now) => now.State switch
    {
        _ when States.IsFinal(before.State) => false,
        States.NotStarted => before.State == States.NotStarted && now.Message != before.Message,
        _ => now.State != before.State || now.Attempt > before.Attempt || (now.Attempt == before.Attempt && now.Attempt > 0 && now.Message != before.Message),
    };

    private UpdateChange ChangeOf(Told told)
    {
        var (update, progress) = (_updates[told.Update], told.Progress);
        return new UpdateChange
        {
            Of = update.IsTarget ? UpdateChange.Target : UpdateChange.Resource,
            ResourceId = update.Ksuid,
            Type = update.Type,
            Label = update.Label,
            Stack = update.Stack,
            Operation = update.Operation,
            State = progress.State,
            StartedAt = progress.StartedAt,
            Duration = progress is { StartedAt: { } began, FinishedAt: { } ended } ? (long)Math.Max(0, (ended - began).TotalMilliseconds) : null,
            CurrentAttempt = progress.Attempt > 0 ? progress.Attempt : null,
            MaxAttempts = progress.MaxAttempts > 0 ? progress.MaxAttempts : null,
            ErrorMessage = progress.Error,
            StateMessage = progress.Message,
        };
    }

    private readonly record struct Told(EventPosition Position, int Update, UpdateProgress Progress);
}
