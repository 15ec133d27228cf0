using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Engine.Commands;
using Formae.Engine.Operations;
using Formae.Protocol.Http;

namespace Formae.Coordination.Commands;

/// <summary>Gathers what changed in the updates of a group until it is written. A later change of a row takes the place of an earlier one.</summary>
public sealed class ProgressLog(ChangesetGraph graph, string commandId)
{
    /// <summary>Changes that are written together: where very much begins or ends at once, it is told in parts.</summary>
    public const int MostAtOnce = 500;

    private readonly SortedDictionary<int, UpdateProgress> _changes = [];
    private readonly HashSet<int> _waiting = [];
    private readonly Dictionary<int, DateTime> _started = [];

    /// <summary>It could start, and something else is missing. Said once.</summary>
    public void Waits(int node, string reason)
    {
        if (_waiting.Add(node))
            _changes[node] = new UpdateProgress { State = States.NotStarted, Message = reason };
    }

    public void Started(int node, DateTime at)
    {
        _changes[node] = new UpdateProgress { State = States.InProgress, StartedAt = Utc(at) };
        _started[node] = at;
    }

    /// <summary>Whether it has started after this time, as far as this history knows.</summary>
    public bool HasStartedSince(int node, DateTime time) => _started.TryGetValue(node, out var at) && at > time;

    public void Finished(int node, Outcome outcome) => _changes[node] = new UpdateProgress
    {
        State = outcome.State.ToString(),
        Attempt = outcome.Attempt,
        MaxAttempts = outcome.MaxAttempts,
        NativeId = outcome.NativeId,
        Error = outcome.Error,
        Message = outcome.Message,
        StartedAt = outcome.StartedAt,
        FinishedAt = outcome.FinishedAt,
    };

    /// <summary>It goes on; what it began with stays.</summary>
    public void Tried(int node, NodeAttempt attempt)
    {
        var known = _changes.GetValueOrDefault(node) ?? new UpdateProgress { State = States.InProgress };
        _changes[node] = known with
        {
            Attempt = attempt.Attempt,
            MaxAttempts = attempt.MaxAttempts,
            Message = attempt.Message ?? known.Message,
            Error = attempt.Error ?? known.Error,
        };
    }

    public void Canceled(int node, DateTime at) => _changes[node] = new UpdateProgress
    {
        State = States.Canceled,
        Message = CancelTexts.NotStarted,
        FinishedAt = Utc(at),
    };

    public void FailedBecause(int node, int cause, DateTime at) => _changes[node] = new UpdateProgress
    {
        State = States.Failed,
        Error = $"Not started: it waits for {graph.Nodes[cause].Name}, which did not succeed.",
        FinishedAt = Utc(at),
    };

    /// <summary>What is to be written now, as much as is written together; null when there is nothing.</summary>
    public ProgressBatch? Take()
    {
        if (_changes.Count == 0)
            return null;
        var changes = _changes.Take(MostAtOnce).ToArray();
        foreach (var (node, _) in changes)
            _changes.Remove(node);
        return new ProgressBatch
        {
            CommandId = commandId,
            Changes = [.. changes.Select(change => new ProgressChange { Row = graph.Nodes[change.Key].Row, Progress = change.Value })],
        };
    }

    private static DateTimeOffset Utc(DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));
}
