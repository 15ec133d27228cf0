using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>One apply. Each step says why the command cannot go on, or nothing; the first that speaks has the word.</summary>
internal sealed class ApplyPlanning(PlanRequest request, Catalog catalog)
{
    private readonly List<Diagnostic> _warnings = [];
    private readonly List<string> _notices = [];
    private readonly TargetPlanning _targets = new(request, catalog);
    private List<StackUpdate> _stacks = [];
    private List<PolicyUpdate> _policies = [];
    private List<DeclaredResource> _declared = [];
    private List<Resource> _goingAway = [];
    private Changes _changes = new(request, []);
    private IReadOnlyList<ResourceUpdate> _resources = [];

    public PlanOutcome Run() =>
        CheckDocument() ?? Identify() ?? FindPlaces() ?? CheckCreates() ?? Compare() ?? ReplaceTargets() ?? Cascade() ?? CheckRecreations()
        ?? DriftCheck.Run(request, _resources) ?? CheckStacks() ?? Order();

    private PlanOutcome.Invalid? CheckDocument()
    {
        var check = new DocumentCheck(request, catalog);
        _declared = check.Check();
        _warnings.AddRange(check.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Warning));
        return check.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error) ? new PlanOutcome.Invalid(check.Diagnostics) : null;
    }

    private PlanOutcome? Identify()
    {
        var identities = new Identification(request, _declared);
        identities.Run();
        var refused = _targets.Run(identities);
        if (identities.Diagnostics.Count + _targets.Diagnostics.Count > 0)
            return new PlanOutcome.Invalid([.. identities.Diagnostics, .. _targets.Diagnostics]);
        _warnings.AddRange(identities.Warnings);
        if (identities.Missing.Count > 0)
            return Rejections.ReferencedResourcesNotFound([.. identities.Missing.Keys], [.. identities.Missing.Values]);
        if (refused is not null)
            return refused;
        _goingAway = identities.GoingAway;
        return SecretTargets.Check(request, _targets, _declared);
    }

    private PlanOutcome? FindPlaces()
    {
        var stacks = request.Forma.Stacks.Select(stack => stack.Label).Concat(request.Inventory.Stacks.Select(stack => stack.Label))
            .Concat(request.Inventory.Resources.Select(resource => resource.Stack)).ToHashSet(StringComparer.Ordinal);
        var targets = request.Forma.Targets.Select(target => target.Label).Concat(request.Inventory.Targets.Select(target => target.Label)).ToHashSet(StringComparer.Ordinal);
        foreach (var one in _declared)
        {
            if (!stacks.Contains(one.Resource.Stack))
                return Rejections.StackReferenceNotFound(one.Resource.Stack, [NotDeclared(one, "Stack", one.Resource.Stack, stacks)]);
            if (!targets.Contains(one.Resource.Target))
                return Rejections.TargetReferenceNotFound(one.Resource.Target, [NotDeclared(one, "Target", one.Resource.Target, targets)]);
        }

        return null;
    }

    private PlanOutcome? CheckCreates() =>
        RecreationCheck.MissingFields(_declared.Where(one => one.Existing is null).Select(one => (one.Resource, (DeclaredResource?)one)));

    private PlanOutcome? Compare()
    {
        _changes = new Changes(request, _declared);
        _changes.Compare();
        foreach (var resource in _goingAway)
            _changes.Delete(resource, source: null);
        return null;
    }

    private PlanOutcome? ReplaceTargets() => TargetReplaces.Run(request, _targets, _changes, _notices);

    private PlanOutcome? Cascade()
    {
        var refused = new Cascades(request, _changes, _targets, _notices).Run();
        _resources = _changes.Updates;
        return refused;
    }

    private PlanOutcome? CheckRecreations() =>
        RecreationCheck.Secrets(_changes, _declared)
        ?? RecreationCheck.MissingFields(_changes.All.Where(change => change.IsReplace).Select(change => (change.Desired!, change.Declared)));

    private PlanOutcome? CheckStacks()
    {
        _policies = PolicyPlanning.OfApply(request);
        _stacks = StackPlanning.Updates(request, _policies);
        var touched = _resources.Select(update => update.Resource.Stack).ToHashSet(StringComparer.Ordinal);
        var created = _stacks.Where(update => update.Operation == StackOperation.Create).Select(update => update.Stack).ToList();
        if (request.Mode == ApplyMode.Patch && created.Where(stack => touched.Contains(stack.Label)).ToList() is { Count: > 0 } unknown)
            return Rejections.PatchRejected(unknown);
        var empty = created.Where(stack => !touched.Contains(stack.Label)).Select(stack => stack.Label).ToList();
        return empty.Count > 0 ? Rejections.EmptyStackRejected(empty, [.. empty.Select(Empty)]) : null;
    }

    private PlanOutcome Order() => Ordering.Finish(
        new Plan { Resources = _resources, Targets = _targets.Updates, Stacks = _stacks, Policies = _policies, Forgotten = _targets.Forgotten, Warnings = _warnings, Notices = _notices },
        request.Inventory,
        _declared);

    private Diagnostic Empty(string stack) => new()
    {
        Code = DiagnosticCodes.EmptyStack,
        Summary = $"The new stack '{stack}' has no resources.",
        Detail = "A stack comes into being with its first resource: give it one, or leave it out.",
        Path = request.Forma.Stacks.Select((one, index) => (one.Label, Index: index)).Where(one => one.Label == stack).Select(one => $"Stacks[{one.Index}].Label").FirstOrDefault("Stacks"),
    };

    private static Diagnostic NotDeclared(DeclaredResource one, string key, string label, IEnumerable<string> known) => new()
    {
        Code = key == "Stack" ? DiagnosticCodes.MissingStack : DiagnosticCodes.MissingTarget,
        Summary = $"There is no {key.ToLowerInvariant()} '{label}'.{Suggestion.Sentence(label, known)}",
        Detail = $"Declare it under {key}s.",
        Path = PropertyPath.Of(one.Place, key).ToString(),
    };
}
