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

    /// <summary>What plugins say of the configs of their targets, by namespace; looked up without regard to case. A namespace that is not here has targets of any config.</summary>
    public IReadOnlyDictionary<string, ResourceSchema> TargetConfigs { get; init; } = new Dictionary<string, ResourceSchema>();

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

    /// <summary>Standalone policies. Inline ones are in their stack's row.</summary>
    public IReadOnlyList<Policy> Policies { get; init; } = [];

    /// <summary>What others did to a stack since it was last reconciled; only for stacks of <see cref="InventoryNeeds.Drift"/>.</summary>
    public IReadOnlyList<Modification> Modifications { get; init; } = [];

    /// <summary>Policy label → the stacks that refer to it; only for <see cref="InventoryNeeds.PolicyUsers"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> PolicyUsers { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>KSUIDs of resources whose dependents, and theirs, are all among <see cref="Resources"/> and <see cref="Targets"/>.</summary>
    public IReadOnlySet<string> DependentsRead { get; init; } = new HashSet<string>();

    /// <summary>Labels of targets whose resources, the unmanaged ones too, are all among <see cref="Resources"/>.</summary>
    public IReadOnlySet<string> TargetsRead { get; init; } = new HashSet<string>();

    /// <summary>KSUIDs that were looked for by <see cref="InventoryNeeds.Ksuids"/>, whether there is a live resource or not.</summary>
    public IReadOnlySet<string> KsuidsRead { get; init; } = new HashSet<string>();
}

/// <summary>A version of a resource that was written by something else than a reconcile: a patch, a synchronisation, an adoption.</summary>
public sealed record Modification
{
    public required string Stack { get; init; }

    public required string Type { get; init; }

    public required string Label { get; init; }

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public required string Operation { get; init; }

    public required string Ksuid { get; init; }

    /// <summary>As it is now; null for a delete.</summary>
    public Resource? Now { get; init; }

    /// <summary>As the last reconcile left it; null where it did not exist then.</summary>
    public Resource? Before { get; init; }
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

    /// <summary>Resources that are referred to by stack and label alone: of whatever type.</summary>
    public IReadOnlySet<(string Stack, string Label)> Labels { get; init; } = new HashSet<(string, string)>();

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

    /// <summary>As <see cref="Dependents"/>, for these KSUIDs only.</summary>
    public IReadOnlySet<string> DependentsOf { get; init; } = new HashSet<string>();

    /// <summary>Resources, by KSUID, that are referred to.</summary>
    public IReadOnlySet<string> Ksuids { get; init; } = new HashSet<string>();

    /// <summary>Stacks of which it is needed what others did to them since they were last reconciled.</summary>
    public IReadOnlySet<string> Drift { get; init; } = new HashSet<string>();

    /// <summary>Standalone policies, by label.</summary>
    public IReadOnlySet<string> Policies { get; init; } = new HashSet<string>();

    /// <summary>Standalone policies of which it is needed which stacks refer to them.</summary>
    public IReadOnlySet<string> PolicyUsers { get; init; } = new HashSet<string>();
}

public abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    public sealed record Planned(Plan Plan) : PlanOutcome;

    /// <summary>The command is well formed and cannot be carried out as things stand; <paramref name="Data"/> is the payload of the error code.</summary>
    public sealed record Rejected(string Code, string Message, JsonElement? Data, IReadOnlyList<Diagnostic> Diagnostics) : PlanOutcome;

    /// <summary>Not decided yet: what the plan does reaches rows that were not read. Read these too, add them to the inventory, and plan once more.</summary>
    public sealed record NeedsMore(InventoryNeeds More) : PlanOutcome;

    /// <summary>The document is wrong.</summary>
    public sealed record Invalid(IReadOnlyList<Diagnostic> Diagnostics) : PlanOutcome;
}
