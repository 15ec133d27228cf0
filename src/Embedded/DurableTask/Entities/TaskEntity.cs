using Formae.Embedded.DurableTask.Entities;

namespace Microsoft.DurableTask.Entities;

/// <summary>An entity as a class: its public methods are its operations, <see cref="State"/> is what is kept.</summary>
public abstract class TaskEntity<TState> : ITaskEntity
{
    private TaskEntityOperation? _operation;

    protected TaskEntity()
    {
    }

    /// <summary>Whether public methods of the state are operations too.</summary>
    protected virtual bool AllowStateDispatch => false;

    /// <summary>The state; set it to null to delete the entity.</summary>
    protected TState State { get; set; } = default!;

    protected TaskEntityContext Context => _operation?.Context ?? throw new InvalidOperationException("The context is there only while an operation runs.");

    public async ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        _operation = operation;
        State = operation.State.GetState(typeof(TState)) is TState kept ? kept : InitializeState(operation);
        if (EntityMethod.Find(GetType(), operation.Name) is { } method)
            return await Run(this, method, operation);
        if (AllowStateDispatch && State is not null && EntityMethod.Find(State.GetType(), operation.Name) is { } stateMethod)
            return await Run(State, stateMethod, operation);
        if (!operation.Name.Equals("delete", StringComparison.OrdinalIgnoreCase))
            throw new NotSupportedException($"No suitable method found for entity operation '{operation}'.");
        operation.State.SetState(null);
        return null;
    }

    protected virtual TState InitializeState(TaskEntityOperation entityOperation) =>
        (TState)Activator.CreateInstance(Nullable.GetUnderlyingType(typeof(TState)) ?? typeof(TState))!;

    private async ValueTask<object?> Run(object target, EntityMethod method, TaskEntityOperation operation)
    {
        var result = await method.InvokeAsync(target, operation);
        operation.State.SetState(State);
        return result;
    }
}
