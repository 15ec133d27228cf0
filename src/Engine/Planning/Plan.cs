using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>Everything one command does, in the order-free form of a graph: updates, and for each what it waits for.</summary>
public sealed record Plan
{
    public IReadOnlyList<ResourceUpdate> Resources { get; init; } = [];

    public IReadOnlyList<TargetUpdate> Targets { get; init; } = [];

    public IReadOnlyList<StackUpdate> Stacks { get; init; } = [];

    public IReadOnlyList<PolicyUpdate> Policies { get; init; } = [];

    /// <summary>
    /// Unmanaged resources on targets that are deleted or replaced: once the delete of their <see cref="Resource.Target"/> has succeeded they are taken out of
    /// the inventory, with a tombstone and without a call to the cloud. Of a replaced target they are discovered again.
    /// </summary>
    public IReadOnlyList<Resource> Forgotten { get; init; } = [];

    /// <summary>About the document.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>About what the plan does, for the person who is asked whether to go on: sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    public bool ChangesRequired => Resources.Count + Targets.Count + Stacks.Count > 0 || Policies.Any(static update => update.Operation != PolicyOperation.Skip);
}

public enum ResourceOperation
{
    Create,
    Update,
    Delete,
    Read,
}

/// <summary>
/// One operation on one resource. A replace is a delete and a create that share a <see cref="GroupId"/>. An update with an empty patch
/// changes nothing in the cloud, only the row: a rename (<see cref="OldLabel"/>), an adoption (<see cref="OldStack"/>), or a reference to a deleted resource that
/// becomes the plain value it had.
/// </summary>
public sealed record ResourceUpdate
{
    /// <summary><c>KSUID/operation</c>.</summary>
    public required string Node { get; init; }

    public required ResourceOperation Operation { get; init; }

    /// <summary>
    /// Create and update: the desired state under its KSUID, with references in their stored form (<c>$ref</c>) and the existing native id and read-only properties.
    /// Delete: the stored resource.
    /// </summary>
    public required Resource Resource { get; init; }

    /// <summary>The stored row the plan was made against; null for a create of something new.</summary>
    public Resource? Existing { get; init; }

    public JsonElement? Patch { get; init; }

    public JsonElement? CreateOnlyPatch { get; init; }

    public string? GroupId { get; init; }

    public string? OldLabel { get; init; }

    public string? OldStack { get; init; }

    public bool IsCascade { get; init; }

    public string? CascadeSource { get; init; }

    /// <summary>
    /// KSUIDs of producers that this command replaces. References to them are written again, although the declaration did not change: their values are others
    /// once the producer's new half exists.
    /// </summary>
    public IReadOnlyList<string> Rewrites { get; init; } = [];

    /// <summary>KSUID → label of every resource it refers to.</summary>
    public IReadOnlyDictionary<string, string> ReferenceLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>The nodes that must be done before this one starts: other resource updates, or <see cref="TargetUpdate.Node"/>s.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public static string NodeOf(string ksuid, ResourceOperation operation) => $"{ksuid}/{operation.ToString().ToLowerInvariant()}";
}

public enum TargetOperation
{
    Create,
    Update,
    Delete,
}

/// <summary>
/// One operation on one target. A replace is a delete and a create under one label and one <see cref="GroupId"/>; between them nothing is on the target.
/// References in the config stay references: they are resolved for each operation on the target, so an unchanged target has no update and no node, and
/// what is on it waits for the resources that its config refers to.
/// </summary>
public sealed record TargetUpdate
{
    /// <summary><c>target://LABEL/operation</c>.</summary>
    public required string Node { get; init; }

    public required TargetOperation Operation { get; init; }

    public required Target Target { get; init; }

    public Target? Existing { get; init; }

    /// <summary>Shared by the two halves of a replace: a delete and a create under one label.</summary>
    public string? GroupId { get; init; }

    public bool IsCascade { get; init; }

    public string? CascadeSource { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public static string NodeOf(string label, TargetOperation operation) => $"target://{label}/{operation.ToString().ToLowerInvariant()}";
}

public enum StackOperation
{
    Create,
    Update,
    Delete,
}

public sealed record StackUpdate
{
    public required StackOperation Operation { get; init; }

    public required Stack Stack { get; init; }

    public Stack? Existing { get; init; }
}

public enum PolicyOperation
{
    Create,
    Update,
    Delete,

    /// <summary>A stack refers to a standalone policy from now on.</summary>
    Attach,
    Detach,

    /// <summary>A standalone policy stays, because other stacks still refer to it.</summary>
    Skip,
}

public sealed record PolicyUpdate
{
    public required PolicyOperation Operation { get; init; }

    public required Policy Policy { get; init; }

    /// <summary>The stack that an inline policy belongs to, or that a standalone one is attached to or detached from; null for a standalone policy itself.</summary>
    public string? Stack { get; init; }

    public Policy? Existing { get; init; }

    /// <summary>Of a policy that is skipped: who still refers to it.</summary>
    public IReadOnlyList<string> ReferencingStacks { get; init; } = [];
}
