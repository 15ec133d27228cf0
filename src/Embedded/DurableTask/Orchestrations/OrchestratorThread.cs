namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>
/// Where an orchestrator's code runs: on whichever thread computes its episode, and on no other. Everything the code posts back to itself is run in order
/// before the episode ends; whoever posts from another thread was awaiting something that cannot be replayed, and is found out.
/// </summary>
internal sealed class OrchestratorThread(Action disturbed) : SynchronizationContext
{
    public const string InvalidInvocation =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation or by middleware that invokes asynchronous code.";

    [ThreadStatic]
    private static OrchestratorThread? t_current;

    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private Scheduler? _scheduler;
    private volatile bool _isDisturbed;

    public bool IsDisturbed => _isDisturbed;

    /// <exception cref="InvalidOperationException">The caller is not on this orchestrator's thread.</exception>
    public void Verify()
    {
        if (!IsHere())
            throw new InvalidOperationException(InvalidInvocation);
    }

    /// <summary>For callbacks of others, which must not throw at them: whether the caller is on this orchestrator's thread. If not, the instance is told.</summary>
    public bool IsHere()
    {
        if (t_current == this)
            return true;
        Disturb();
        return false;
    }

    public void Run(Action work)
    {
        var (outerContext, outerThread) = (Current, t_current);
        SetSynchronizationContext(this);
        t_current = this;
        try
        {
            // Inside a task of the scheduler, so that continuations which ask for the current scheduler stay here too.
            var task = new Task(work);
            task.RunSynchronously(_scheduler ??= new Scheduler(this));
            if (task.Exception is { } failure)
                throw new InvalidOperationException("The orchestrator's thread was broken by an error of the hub itself.", failure);
        }
        finally
        {
            t_current = outerThread;
            SetSynchronizationContext(outerContext);
        }
    }

    /// <summary>Runs what the code posted to itself; called after each event.</summary>
    public void Settle()
    {
        while (_posted.TryDequeue(out var next))
            next.Callback(next.State);
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (t_current == this)
            _posted.Enqueue((d, state));
        else
            Disturb();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        Verify();
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    private void Disturb()
    {
        if (_isDisturbed)
            return;
        _isDisturbed = true;
        disturbed();
    }

    private sealed class Scheduler(OrchestratorThread thread) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => thread.Post(state => TryExecuteTask((Task)state!), task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => t_current == thread && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
