using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

public enum CommandKind
{
    Apply,
    Destroy,
}

public enum ApplyMode
{
    /// <summary>The document is the whole of each stack that it has resources of.</summary>
    Reconcile,

    /// <summary>Only what is mentioned changes, and nothing is deleted.</summary>
    Patch,
}

public enum OnDependents
{
    Abort,
    Cascade,
}

/// <summary>A command as the person gave it, and the part of the inventory that <c>Planner.Needs</c> asked for.</summary>
public sealed record PlanRequest
{
    public required CommandKind Kind { get; init; }

    public ApplyMode Mode { get; init; } = ApplyMode.Patch;

    public bool Force { get; init; }

    public bool Simulate { get; init; }

    public OnDependents OnDependents { get; init; } = OnDependents.Abort;

    public required Forma Forma { get; init; }

    public required Inventory Inventory { get; init; }

    /// <summary>Schemas of the catalog by resource type; looked up without regard to case.</summary>
    public required IReadOnlyDictionary<string, ResourceSchema> Schemas { get; init; }

    /// <summary>Namespaces with a live plugin, for telling an unknown type from a missing plugin.</summary>
    public required IReadOnlySet<string> Namespaces { get; init; }

    /// <summary>Source of KSUIDs for new resources, stacks and groups.</summary>
    public required Func<string> NewKsuid { get; init; }
}

/// <summary>The live rows that a plan is made against.</summary>
public sealed record Inventory
{
    public IReadOnlyList<Resource> Resources { get; init; } = [];

    public IReadOnlyList<Target> Targets { get; init; } = [];

    public IReadOnlyList<Stack> Stacks { get; init; } = [];
}

/// <summary>What to read before planning: whole stacks, and single rows elsewhere. Never the whole inventory. What does not exist is left out.</summary>
public sealed record InventoryNeeds
{
    /// <summary>Stacks whose own row and whose live resources are all needed.</summary>
    public IReadOnlySet<string> Stacks { get; init; } = new HashSet<string>();

    /// <summary>Stacks of which only their own row is needed.</summary>
    public IReadOnlySet<string> StackRows { get; init; } = new HashSet<string>();

    /// <summary>Single rows outside of these stacks that are referred to or named.</summary>
    public IReadOnlySet<ResourceKey> Resources { get; init; } = new HashSet<ResourceKey>();

    public IReadOnlySet<string> Targets { get; init; } = new HashSet<string>();

    /// <summary>
    /// Unmanaged resources that would be adopted if they exist. Each is wanted only when no resource of <see cref="Stacks"/> has the same type and
    /// label, so look them up after the stacks are read.
    /// </summary>
    public IReadOnlySet<ResourceKey> Adoptable { get; init; } = new HashSet<ResourceKey>();

    /// <summary>Targets whose live resources, of whatever stack, are all needed.</summary>
    public IReadOnlySet<string> ResourcesOnTargets { get; init; } = new HashSet<string>();

    /// <summary>
    /// Whatever refers to any of the resources in the request is needed too, and what refers to that, and so on: resources, targets whose config
    /// refers to one, and the resources on those targets (cascades of a delete).
    /// </summary>
    public bool Dependents { get; init; }
}

public abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    public sealed record Planned(Plan Plan) : PlanOutcome;

    /// <summary>The command is well formed and cannot be carried out as things stand; <paramref name="Data"/> is the payload of the error code.</summary>
    public sealed record Rejected(string Code, string Message, JsonElement? Data, IReadOnlyList<Diagnostic> Diagnostics) : PlanOutcome;

    /// <summary>The document is wrong.</summary>
    public sealed record Invalid(IReadOnlyList<Diagnostic> Diagnostics) : PlanOutcome;
}
