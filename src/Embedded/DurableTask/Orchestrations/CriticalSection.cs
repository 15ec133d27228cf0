using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>What an orchestrator may do with entities while it holds locks, or waits for them.</summary>
internal sealed class CriticalSection
{
    private readonly HashSet<EntityInstanceId> _available = [];
    private bool _isGranted;

    /// <summary>The entities asked for, in the order in which every orchestration asks; empty outside a section.</summary>
    public IReadOnlyList<EntityInstanceId> Entities { get; private set; } = [];

    public bool IsEntered => Entities.Count > 0;

    /// <summary>The locked entities that are not busy with a call.</summary>
    public IReadOnlyList<EntityInstanceId> Available => [.. Entities.Where(_available.Contains)];

    public void Request(IEnumerable<EntityInstanceId> entities)
    {
        if (IsEntered)
            throw new InvalidOperationException("Must not enter another critical section from within a critical section.");
        var ordered = entities.Distinct().OrderBy(id => id.Name, StringComparer.Ordinal).ThenBy(id => id.Key, StringComparer.Ordinal).ToArray();
        if (ordered.Length == 0)
            throw new ArgumentException("The list of entities to lock must not be empty.", nameof(entities));
        Entities = ordered;
    }

    public void Enter()
    {
        _isGranted = true;
        _available.UnionWith(Entities);
    }

    public void Leave()
    {
        Entities = [];
        _isGranted = false;
        _available.Clear();
    }

    public void VerifySubOrchestration()
    {
        if (IsEntered)
            throw new InvalidOperationException("While holding locks, cannot call suborchestrators.");
    }

    public void VerifySignal(EntityInstanceId id)
    {
        if (IsEntered && Entities.Contains(id))
            throw new InvalidOperationException("Must not signal a locked entity from a critical section.");
    }

    public void BeginCall(EntityInstanceId id)
    {
        if (!IsEntered || _available.Remove(id))
            return;
        throw new InvalidOperationException(Entities.Contains(id)
            ? "Must not call an entity from a critical section while a prior call to the same entity is still pending."
            : "Must not call an entity from a critical section if it is not one of the locked entities.");
    }

    public void EndCall(EntityInstanceId id)
    {
        if (_isGranted && Entities.Contains(id))
            _available.Add(id);
    }
}
