using Formae.Embedded.DurableTask.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>A durable task that an orchestrator may be awaiting.</summary>
internal abstract class PendingTask
{
    /// <summary>Runs before the orchestrator hears of the end.</summary>
    public Action? Ending { get; init; }

    public abstract void Succeed(string? result);

    public abstract void Fail(TaskFailureDetails failure);
}

internal sealed class PendingTask<T>(OrchestrationAction action, DataConverter converter) : PendingTask
{
    // Continuations run inside Succeed and Fail: that is what makes the order of the code the order of the events.
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public CancellationTokenRegistration Registration { get; set; }

    public override void Succeed(string? result)
    {
        Registration.Unregister();
        T? value;
        try
        {
            value = converter.Deserialize<T>(result);
        }
        catch (Exception e)
        {
            // The orchestrator awaits this value, so that it is the one to be told that the result is not a T.
            _source.TrySetException(e);
            return;
        }

        _source.TrySetResult(value!);
    }

    public override void Fail(TaskFailureDetails failure) => _source.TrySetException(action.Kind is ActionKind.EntityCall
        ? new EntityOperationFailedException(EntityInstanceId.FromString(action.Target), action.Name, failure)
        : new TaskFailedException(action.Name, action.Id, failure));

    public void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}
