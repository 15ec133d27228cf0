using Formae.Embedded.DurableTask.History;
using Formae.Embedded.DurableTask.Messages;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>What an execution is told once.</summary>
internal sealed record ExecutionStart(
    string InstanceId, string Name, string Version, string? Input, ParentTask? Parent, DataConverter Converter, ILoggerFactory Loggers);

/// <summary>
/// One run of an orchestrator, alive in memory: the suspended code, the tasks it awaits, the actions of its current episode. It knows no store and no clock;
/// driven by the same episodes it does the same.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly Func<TaskOrchestrationContext, Task<object?>> _body;
    private readonly OrchestrationContext _context;
    private readonly Dictionary<int, PendingTask> _pending = [];
    private readonly List<OrchestrationAction> _actions = [];
    private readonly List<int> _withdrawnTimers = [];
    private Task? _running;
    private object? _output;
    private int _nextTaskId;

    public OrchestrationExecution(ExecutionStart start, Func<TaskOrchestrationContext, Task<object?>> body, Action disturbed)
    {
        Start = start;
        _body = body;
        Thread = new OrchestratorThread(disturbed);
        Events = new ExternalEvents(start.Converter, Thread);
        _context = new OrchestrationContext(this);
    }

    public ExecutionStart Start { get; }

    public OrchestratorThread Thread { get; }

    public ExternalEvents Events { get; }

    public CriticalSection Section { get; } = new();

    public DateTime Now { get; private set; }

    public bool IsReplaying { get; private set; }

    public bool IsStarted => _running is not null;

    /// <summary>Set by the code; the run ends as new when the code returns.</summary>
    public Outcome.ContinuedAsNew? NextRun { get; set; }

    /// <summary>What the code set as its custom status in this episode; null when it did not.</summary>
    public CustomStatus? Status { get; set; }

    public Outcome? Outcome { get; private set; }

    public IReadOnlyList<OrchestrationAction> Actions => _actions;

    /// <summary>Timers of earlier episodes that were cancelled in this one.</summary>
    public IReadOnlyList<int> WithdrawnTimers => _withdrawnTimers;

    /// <summary>Repeats a recorded episode.</summary>
    /// <exception cref="NonDeterministicOrchestrationException">The code did something else.</exception>
    public void Replay(Episode episode)
    {
        if (Outcome is not null)
            throw new NonDeterministicOrchestrationException(Start.InstanceId, "a further episode", "its end");
        Begin(episode.Time, replaying: true);
        Thread.Run(() =>
        {
            EnsureStarted();
            foreach (var item in episode.Events)
                Deliver(item);
        });
        Verify(episode.Actions);
    }

    public void Begin(DateTime time, bool replaying)
    {
        // A clock that was set back must not be seen by the code.
        Now = time > Now ? time : Now;
        IsReplaying = replaying;
        Status = null;
        _actions.Clear();
        _withdrawnTimers.Clear();
    }

    public void EnsureStarted()
    {
        if (_running is not null)
            return;
        _running = RunBodyAsync();
        Settle();
    }

    /// <summary>Tells the code; false when nobody waits for it (a cancelled timer, an answer to an earlier run), so that it need not be remembered.</summary>
    public bool Deliver(InstanceEvent item)
    {
        PendingTask? task;
        switch (item)
        {
            case InstanceEvent.Raised raised:
                Events.Arrive(raised);
                break;
            case InstanceEvent.Succeeded succeeded:
                if (!_pending.Remove(succeeded.TaskId, out task))
                    return false;
                task.Ending?.Invoke();
                task.Succeed(succeeded.Result);
                break;
            case InstanceEvent.Failed failed:
                if (!_pending.Remove(failed.TaskId, out task))
                    return false;
                task.Ending?.Invoke();
                task.Fail(failed.Failure);
                break;
            case InstanceEvent.TimerFired fired:
                if (!_pending.Remove(fired.TaskId, out task))
                    return false;
                task.Succeed(null);
                break;
            default:
                return false;
        }

        Settle();
        return true;
    }

    /// <summary>A foreign thread touched the code, now or before it was replayed last.</summary>
    public void EndDisturbed()
    {
        Outcome ??= new Outcome.Failed(TaskFailureDetails.FromException(new InvalidOperationException(OrchestratorThread.InvalidInvocation)));
        ReleaseLocks();
    }

    public int NextTaskId() => _nextTaskId++;

    public void Add(OrchestrationAction action) => _actions.Add(action);

    public Task<T> Await<T>(OrchestrationAction action, Action? ending = null)
    {
        var task = new PendingTask<T>(action, Start.Converter) { Ending = ending };
        _actions.Add(action);
        _pending.Add(action.Id, task);
        return task.Task;
    }

    public Task AwaitTimer(OrchestrationAction action, CancellationToken cancellationToken)
    {
        var task = new PendingTask<object>(action, Start.Converter);
        _actions.Add(action);
        _pending.Add(action.Id, task);
        if (cancellationToken.CanBeCanceled)
            task.Registration = cancellationToken.UnsafeRegister(_ => Cancel(action, task, cancellationToken), null);
        return task.Task;
    }

    private void Cancel(OrchestrationAction action, PendingTask<object> task, CancellationToken cancellationToken)
    {
        if (!Thread.IsHere() || !_pending.Remove(action.Id))
            return;
        if (_actions.Contains(action))
            action.Withdrawn = true;
        else
            _withdrawnTimers.Add(action.Id);
        task.Cancel(cancellationToken);
    }

    private async Task RunBodyAsync() => _output = await _body(_context);

    private void Settle()
    {
        Thread.Settle();
        if (Outcome is not null)
            return;
        if (Thread.IsDisturbed)
        {
            EndDisturbed();
        }
        else if (_running is { IsCompleted: true })
        {
            Outcome = OutcomeOf(_running);
            ReleaseLocks();
        }
    }

    private Outcome OutcomeOf(Task ended)
    {
        if (!ended.IsCompletedSuccessfully)
            return new Outcome.Failed(TaskFailureDetails.FromException(ended.Exception?.InnerException ?? new TaskCanceledException(ended)));
        if (NextRun is not null)
            return NextRun;
        try
        {
            return new Outcome.Completed(Start.Converter.Serialize(_output));
        }
        catch (Exception e)
        {
            return new Outcome.Failed(TaskFailureDetails.FromException(e));
        }
    }

    /// <summary>Locks never outlive the run that holds them.</summary>
    public void ReleaseLocks()
    {
        if (!Section.IsEntered)
            return;
        Add(new OrchestrationAction(NextTaskId(), ActionKind.EntityUnlock, "") { Entities = [.. Section.Entities.Select(id => id.ToString())] });
        Section.Leave();
    }

    private void Verify(IReadOnlyList<RecordedAction> recorded)
    {
        for (var i = 0; i < Math.Max(recorded.Count, _actions.Count); i++)
        {
            if (i < recorded.Count && i < _actions.Count && recorded[i] == _actions[i].Record)
                continue;
            var expected = i < recorded.Count ? recorded[i].ToString() : "nothing";
            var found = i < _actions.Count ? _actions[i].Record.ToString() : Outcome is null ? "nothing" : "its end";
            throw new NonDeterministicOrchestrationException(Start.InstanceId, expected, found);
        }

        if (Outcome is not null)
            throw new NonDeterministicOrchestrationException(Start.InstanceId, "that it went on", Outcome is Outcome.Failed failed ? $"its end ({failed.Failure})" : "its end");
    }
}

internal sealed record CustomStatus(string? Serialized);
