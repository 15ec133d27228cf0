using Formae.Embedded.DurableTask.History;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>Calls, signals and locks of entities from an orchestrator.</summary>
internal sealed class EntityFeature(OrchestrationExecution execution) : TaskOrchestrationEntityFeature
{
    public override Task<TResult> CallEntityAsync<TResult>(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        var data = execution.Start.Converter.Serialize(input);
        execution.Section.BeginCall(id);
        var action = new OrchestrationAction(execution.NextTaskId(), ActionKind.EntityCall, operationName) { Target = id.ToString(), Input = data };
        return execution.Await<TResult>(action, () => execution.Section.EndCall(id));
    }

    public override Task CallEntityAsync(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null) =>
        CallEntityAsync<object>(id, operationName, input, options);

    public override Task SignalEntityAsync(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        var data = execution.Start.Converter.Serialize(input);
        execution.Section.VerifySignal(id);
        execution.Add(new OrchestrationAction(execution.NextTaskId(), ActionKind.EntitySignal, operationName)
        {
            Target = id.ToString(),
            Input = data,
            Due = options?.SignalTime?.UtcTicks ?? 0,
        });
        return Task.CompletedTask;
    }

    public override async Task<IAsyncDisposable> LockEntitiesAsync(IEnumerable<EntityInstanceId> entityIds)
    {
        execution.Thread.Verify();
        ArgumentNullException.ThrowIfNull(entityIds);
        execution.Section.Request(entityIds);
        string[] entities = [.. execution.Section.Entities.Select(id => id.ToString())];
        var action = new OrchestrationAction(execution.NextTaskId(), ActionKind.EntityLock, "") { Target = entities[0], Entities = entities };
        await execution.Await<object>(action);
        execution.Section.Enter();
        return new Release(execution);
    }

    public override bool InCriticalSection(out IReadOnlyList<EntityInstanceId>? entityIds)
    {
        entityIds = execution.Section.IsEntered ? execution.Section.Available : null;
        return execution.Section.IsEntered;
    }

    private sealed class Release(OrchestrationExecution execution) : IAsyncDisposable
    {
        private bool _isReleased;

        public ValueTask DisposeAsync()
        {
            execution.Thread.Verify();
            if (!_isReleased)
                execution.ReleaseLocks();
            _isReleased = true;
            return ValueTask.CompletedTask;
        }
    }
}
