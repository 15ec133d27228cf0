using Formae.Embedded.DurableTask.History;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>One step of an instance: what its waiting messages make of it. Decides everything; the commit and what follows are the worker's.</summary>
internal sealed class OrchestrationStep(HubState hub, Instance instance, List<Message> batch, bool isSuspended)
{
    private readonly List<InstanceEvent> _recorded = [];
    private readonly List<long> _consumed = [];
    private readonly List<Message> _deliverable = [];
    private InstanceEvent.Terminated? _termination;
    private string? _suspendReason;
    private bool _isSuspended = isSuspended;

    public HubCommit Commit { get; } = hub.NewCommit();

    /// <summary>What stays in the inbox.</summary>
    public List<Message> Left { get; } = [];

    /// <summary>Whether what stays can be worked on at once.</summary>
    public bool Again { get; private set; }

    public bool HasEnded { get; private set; }

    public bool StatusChanged { get; private set; }

    public TaskFailureDetails? Failure { get; private set; }

    public List<Message> NewTimers { get; } = [];

    public List<Message> WithdrawnTimers { get; } = [];

    public void Decide()
    {
        Sort();
        var outcome = _deliverable.Count == 0 ? null : RunEpisode();
        outcome ??= _termination is { } end ? new Outcome.Terminated(end.Output, end.Recursive) : null;
        switch (outcome)
        {
            case null:
                GoOn();
                break;
            case Outcome.ContinuedAsNew next:
                BeginNewRun(next);
                break;
            default:
                End(outcome);
                break;
        }

        foreach (var id in _consumed)
            Commit.Consume(id);
    }

    /// <summary>Reads suspensions, resumptions and a termination out of the messages; what remains is for the code, in order.</summary>
    private void Sort()
    {
        var held = new List<Message>();
        foreach (var message in batch)
        {
            if (message.Withdrawn || _termination is not null)
            {
                _consumed.Add(message.Id);
                continue;
            }

            switch (message.Body)
            {
                case InstanceEvent.Suspended suspended:
                    _isSuspended = true;
                    _suspendReason = suspended.Reason;
                    _consumed.Add(message.Id);
                    break;
                case InstanceEvent.Resumed:
                    _isSuspended = false;
                    _deliverable.AddRange(held);
                    held.Clear();
                    _consumed.Add(message.Id);
                    break;
                case InstanceEvent.Terminated terminated:
                    _termination = terminated;
                    _consumed.Add(message.Id);
                    break;
                case InstanceEvent.Started stale when stale.Run != instance.Run:
                    break;
                default:
                    (_isSuspended ? held : _deliverable).Add(message);
                    break;
            }
        }

        Left.AddRange(held);
    }

    private Outcome? RunEpisode()
    {
        if (!instance.IsStarted && !_deliverable.Exists(message => message.Body is InstanceEvent.Started))
        {
            // Its time has not come: what came early waits with it.
            Left.InsertRange(0, _deliverable);
            return null;
        }

        var next = 0;
        try
        {
            var live = instance.Live ??= Revive();
            live.Begin(hub.Time.GetUtcNow().UtcDateTime, replaying: false);
            live.Thread.Run(() =>
            {
                live.EnsureStarted();
                while (next < _deliverable.Count && live.Outcome is null)
                    Deliver(live, _deliverable[next++]);
            });
            Left.InsertRange(0, _deliverable.Skip(next));
            return live.Outcome;
        }
        catch (Exception e) when (e is not (ObjectDisposedException or SqliteException { IsCorrupt: false }))
        {
            // The instance alone is lost: its code or its history is not what it was. (What the disk refuses just now is asked for again.)
            Left.InsertRange(0, _deliverable.Skip(next));
            return new Outcome.Failed(TaskFailureDetails.FromException(e));
        }
    }

    private void Deliver(OrchestrationExecution live, Message message)
    {
        _consumed.Add(message.Id);
        if (message.Body is InstanceEvent.TimerFired timer)
            instance.Timers.Remove(timer.TaskId);
        if (message.Body is InstanceEvent.Disturbed disturbed)
        {
            if (disturbed.Run == instance.Run)
                live.EndDisturbed();
            return;
        }

        var isOfThisRun = message.Body switch
        {
            InstanceEvent.Succeeded x => x.Run == instance.Run,
            InstanceEvent.Failed x => x.Run == instance.Run,
            InstanceEvent.TimerFired x => x.Run == instance.Run,
            _ => true,
        };
        var item = message.Body is InstanceEvent.Raised raised ? raised with { Order = message.Id } : (InstanceEvent)message.Body;
        if (isOfThisRun && live.Deliver(item))
            _recorded.Add(item);
    }

    private OrchestrationExecution Revive()
    {
        var body = hub.Registry.Orchestrator(instance.Name)
            ?? throw new InvalidOperationException($"The function '{instance.Name}' doesn't exist, is disabled, or is not an orchestrator function.");
        var (input, history) = hub.Store.Read(connection =>
            (InstanceRows.ReadInput(connection, instance.Id), instance.IsStarted ? InstanceRows.ReadHistory(connection, instance.Run) : []));
        var start = new ExecutionStart(instance.Id, instance.Name, instance.Version, input, instance.Parent, hub.Converter, hub.Loggers);
        var (id, run) = (instance.Id, instance.Run);
        var live = new OrchestrationExecution(start, body, () => hub.Route(new Message(0, id, new InstanceEvent.Disturbed(run))));
        foreach (var episode in history)
            live.Replay(Episode.Decode(episode));
        instance.Episodes = history.Count;
        return live;
    }

    private void GoOn()
    {
        var live = instance.Live;
        var ran = live is { IsStarted: true } && (_recorded.Count > 0 || !instance.IsStarted);
        if (ran)
        {
            var body = new Episode(live!.Now, _recorded, [.. live.Actions.Select(action => action.Record)]).Encode();
            var (run, number) = (instance.Run, instance.Episodes++);
            Commit.Change(connection => InstanceRows.AppendEpisode(connection, run, number, body));
            NewTimers.AddRange(OutgoingActions.Send(hub, instance, live.Actions, Commit, isEnding: false));
            foreach (var task in live.WithdrawnTimers)
            {
                if (instance.Timers.Remove(task, out var timer))
                    Withdraw(timer);
            }

            instance.IsStarted = true;
        }

        var status = _isSuspended ? OrchestrationRuntimeStatus.Suspended
            : instance.IsStarted ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending;
        StatusChanged = status != instance.Status;
        if (!ran && !StatusChanged)
            return;
        instance.Status = status;
        var (id, started, now, reason, custom) = (instance.Id, instance.IsStarted, hub.Now, _isSuspended ? _suspendReason : null, ran ? live!.Status : null);
        Commit.Change(connection => InstanceRows.WriteProgress(connection, id, status, started, now, reason, custom));
    }

    private void BeginNewRun(Outcome.ContinuedAsNew next)
    {
        var live = instance.Live!;
        OutgoingActions.Send(hub, instance, live.Actions, Commit, isEnding: true);
        WithdrawAllTimers();
        DropHistory();
        var (id, run, now, custom) = (instance.Id, hub.NextId(), hub.Now, live.Status);
        var status = _isSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;
        StatusChanged = status != instance.Status;
        instance.Version = next.Version ?? instance.Version;
        var version = instance.Version;
        (instance.Run, instance.IsStarted, instance.Live, instance.Episodes, instance.Status) = (run, false, null, 0, status);
        Commit.Change(connection => InstanceRows.WriteNewRun(connection, id, run, next, version, status, now, custom));
        if (next.PreserveEvents)
            CarryOver(live.Events.Unprocessed());
        else
            DropEvents();
        Left.Insert(0, new Message(0, id, new InstanceEvent.Started(run)));
        Again = !_isSuspended;
        if (_termination is not null)
            Left.Add(new Message(0, id, _termination));
    }

    /// <summary>Events that the old run did not take reach the new one, before all that came later. Their rows stay, or are made again.</summary>
    private void CarryOver(IReadOnlyList<InstanceEvent.Raised> events)
    {
        if (events.Count == 0)
            return;
        var carried = events.Select(raised => new Message(raised.Order, instance.Id, raised)).ToList();
        var here = _consumed.ToHashSet();
        foreach (var message in carried.Where(message => !here.Contains(message.Id)))
            Commit.Restore(message);
        var kept = carried.Select(message => message.Id).ToHashSet();
        _consumed.RemoveAll(kept.Contains);
        Left.InsertRange(0, carried);
    }

    private void DropEvents()
    {
        _consumed.AddRange(Left.Where(message => message.Body is InstanceEvent.Raised).Select(message => message.Id));
        Left.RemoveAll(message => message.Body is InstanceEvent.Raised);
    }

    private void End(Outcome outcome)
    {
        HasEnded = true;
        var live = instance.Live;
        if (live is not null && outcome is not Outcome.Terminated && ReferenceEquals(live.Outcome, outcome))
            OutgoingActions.Send(hub, instance, live.Actions, Commit, isEnding: true);
        WithdrawAllTimers();
        DropHistory();
        _consumed.AddRange(Left.Select(message => message.Id));
        var (status, output, failure) = outcome switch
        {
            Outcome.Completed x => (OrchestrationRuntimeStatus.Completed, x.Output, null),
            Outcome.Failed x => (OrchestrationRuntimeStatus.Failed, x.Failure.ToString(), x.Failure),
            Outcome.Terminated x => (OrchestrationRuntimeStatus.Terminated, x.Output, (TaskFailureDetails?)null),
            _ => throw new InvalidOperationException($"{outcome} is not an end."),
        };
        Failure = failure;
        var (id, now, custom, bytes) = (instance.Id, hub.Now, live?.Status, failure is null ? null : MessageCodec.Encode(failure));
        Commit.Change(connection => InstanceRows.WriteEnd(connection, id, status, output, bytes, now, custom));
        if (instance.Parent is { } parent)
            Commit.Send(parent.InstanceId, Answer(parent, outcome));
        if (outcome is Outcome.Terminated { Recursive: true })
        {
            foreach (var child in hub.Store.Read(connection => InstanceRows.ReadChildren(connection, id, unfinishedOnly: true)))
                Commit.Send(child, _termination!);
        }
    }

    private static InstanceEvent Answer(ParentTask parent, Outcome outcome) => outcome switch
    {
        Outcome.Completed x => new InstanceEvent.Succeeded(parent.Run, parent.TaskId, x.Output),
        Outcome.Failed x => new InstanceEvent.Failed(parent.Run, parent.TaskId, x.Failure),
        Outcome.Terminated x => new InstanceEvent.Failed(parent.Run, parent.TaskId, new TaskFailureDetails("OrchestrationTerminated", x.Output ?? "The orchestration was terminated.", null, null, null)),
        _ => throw new InvalidOperationException($"{outcome} is not an end."),
    };

    private void DropHistory()
    {
        var run = instance.Run;
        if (instance.IsStarted)
            Commit.Change(connection => InstanceRows.DropHistory(connection, run));
    }

    private void WithdrawAllTimers()
    {
        foreach (var timer in instance.Timers.Values)
            Withdraw(timer);
        instance.Timers.Clear();
    }

    private void Withdraw(Message timer)
    {
        WithdrawnTimers.Add(timer);
        _consumed.Add(timer.Id);
    }
}
