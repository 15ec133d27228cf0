using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Hands the waiting operations of one entity, in order, to the code that serves them.</summary>
public sealed class TaskEntityDispatcher
{
    private readonly Func<ITaskEntity, Task> _run;

    internal TaskEntityDispatcher(EntityInstanceId id, Func<ITaskEntity, Task> run)
    {
        Id = id;
        _run = run;
    }

    internal EntityInstanceId Id { get; }

    /// <summary>Where <see cref="DispatchAsync{T}()"/> finds the entity and its dependencies: the services of the invocation.</summary>
    internal IServiceProvider? Services { get; set; }

    public Task DispatchAsync(ITaskEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return _run(entity);
    }

    public Task DispatchAsync<T>()
    {
        object? entity = Services is null ? Activator.CreateInstance<T>() : ActivatorUtilities.GetServiceOrCreateInstance<T>(Services);
        return _run(entity as ITaskEntity ?? throw new InvalidOperationException($"{typeof(T)} is not an {nameof(ITaskEntity)}."));
    }

    public Task DispatchAsync(Func<TaskEntityOperation, ValueTask<object?>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _run(new Handler(handler));
    }

    private sealed class Handler(Func<TaskEntityOperation, ValueTask<object?>> handler) : ITaskEntity
    {
        public ValueTask<object?> RunAsync(TaskEntityOperation operation) => handler(operation);
    }
}
