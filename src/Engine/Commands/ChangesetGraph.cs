namespace Formae.Engine.Commands;

/// <summary>The part of a changeset that one orchestration walks: nodes by index, and what each waits for. No properties.</summary>
public sealed record ChangesetGraph
{
    public required IReadOnlyList<ChangesetNode> Nodes { get; init; }
}

public sealed record ChangesetNode
{
    /// <summary>The entity that carries it out: a KSUID. Empty for a target, which has no entity.</summary>
    public required string Key { get; init; }

    /// <summary>The row that describes it.</summary>
    public required string Row { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    public required string Namespace { get; init; }

    /// <summary>A target is a row that is written or removed; no plugin is called for it.</summary>
    public bool IsTarget { get; init; }

    /// <summary>Indexes of the nodes that must have succeeded first.</summary>
    public IReadOnlyList<int> DependsOn { get; init; } = [];

    /// <summary>Final already, when the walk begins again after a crash.</summary>
    public NodeState State { get; init; }
}

public enum NodeState
{
    NotStarted,
    Started,
    Success,
    Failed,
    Rejected,
    Canceled,
}
