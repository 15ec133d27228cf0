using Formae.Embedded.DurableTask.Messages;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Entities;

/// <summary>
/// The operations of one entity that run together, one after the other; each is a transaction of its own: when it throws, its state and what it sent are
/// undone and the next one goes on.
/// </summary>
internal sealed class EntityBatch(EntityInstanceId id, string? state, IReadOnlyList<EntityRequest.Operation> operations, DataConverter converter, CancellationToken cancellationToken)
{
    private readonly List<EntityEffect> _effects = [];
    private int _next;

    public EntityInstanceId Id { get; } = id;

    public DataConverter Converter { get; } = converter;

    /// <summary>What each operation that ran came to.</summary>
    public List<EntityResult> Results { get; } = new(operations.Count);

    /// <summary>What the operations that ended well send, in order.</summary>
    public IReadOnlyList<EntityEffect> Effects => _effects;

    public EntityStateSlot State { get; } = new(state, converter);

    public async Task RunAsync(ITaskEntity entity)
    {
        while (_next < operations.Count)
        {
            var operation = operations[_next];
            var (before, sent) = (State.Serialized, _effects.Count);
            try
            {
                var answer = await entity.RunAsync(new EntityOperation(this, operation));
                Results.Add(new EntityResult(operation.Caller is null ? null : Converter.Serialize(answer), null));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                State.RollBack(before);
                _effects.RemoveRange(sent, _effects.Count - sent);
                Results.Add(new EntityResult(null, e));
            }

            _next++;
        }
    }

    public void Add(EntityEffect effect) => _effects.Add(effect);
}

internal readonly record struct EntityResult(string? Answer, Exception? Failure);

/// <summary>Something an entity sends: a signal, or an orchestration to start.</summary>
internal abstract record EntityEffect
{
    private EntityEffect()
    {
    }

    public sealed record Signal(string Entity, string Operation, string? Input, long Due) : EntityEffect;

    public sealed record Start(string InstanceId, string Name, string? Input, StartOrchestrationOptions? Options) : EntityEffect;
}

/// <summary>The state between operations: as text, and as the object it was last, so that a batch does not read it again for each.</summary>
internal sealed class EntityStateSlot(string? serialized, DataConverter converter) : TaskEntityState
{
    private object? _object;

    public string? Serialized { get; private set; } = serialized;

    public override bool HasState => Serialized is not null;

    public override object? GetState(Type type)
    {
        if (Serialized is null)
            return null;
        if (_object is null || !type.IsInstanceOfType(_object))
            _object = converter.Deserialize(Serialized, type);
        return _object;
    }

    public override void SetState(object? state)
    {
        Serialized = converter.Serialize(state);
        _object = state;
    }

    public void RollBack(string? serialized)
    {
        Serialized = serialized;

        // The object may have been changed by the operation that failed.
        _object = null;
    }
}

internal sealed class EntityOperation(EntityBatch batch, EntityRequest.Operation request) : TaskEntityOperation
{
    public override string Name => request.Name;

    public override TaskEntityContext Context { get; } = new EntityContext(batch);

    public override TaskEntityState State => batch.State;

    public override bool HasInput => request.Input is not null;

    public override object? GetInput(Type inputType) => batch.Converter.Deserialize(request.Input, inputType);
}

internal sealed class EntityContext(EntityBatch batch) : TaskEntityContext
{
    public override EntityInstanceId Id => batch.Id;

    public override void SignalEntity(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        batch.Add(new EntityEffect.Signal(id.ToString(), operationName, batch.Converter.Serialize(input), options?.SignalTime?.UtcTicks ?? 0));
    }

    public override string ScheduleNewOrchestration(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name.Name, nameof(name));
        var instanceId = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
        batch.Add(new EntityEffect.Start(instanceId, name.Name, batch.Converter.Serialize(input), options));
        return instanceId;
    }
}
