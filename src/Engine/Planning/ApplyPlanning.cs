using System.Text.Json;
using Formae.Engine.Diff;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>One apply. Each step says why the command cannot go on, or nothing; the first that speaks has the word.</summary>
internal sealed class ApplyPlanning(PlanRequest request)
{
    private readonly List<Diagnostic> _warnings = [];
    private readonly List<ResourceUpdate> _resources = [];
    private List<TargetUpdate> _targets = [];
    private List<StackUpdate> _stacks = [];
    private List<PolicyUpdate> _policies = [];
    private List<DeclaredResource> _declared = [];
    private List<Resource> _goingAway = [];

    public PlanOutcome Run() => CheckDocument() ?? Identify() ?? FindPlaces() ?? CheckCreates() ?? Compare() ?? DriftCheck.Run(request, _resources) ?? CheckStacks() ?? Order();

    private PlanOutcome.Invalid? CheckDocument()
    {
        var check = new DocumentCheck(request, new Catalog(request));
        _declared = check.Check();
        _warnings.AddRange(check.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Warning));
        return check.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error) ? new PlanOutcome.Invalid(check.Diagnostics) : null;
    }

    private PlanOutcome? Identify()
    {
        var identities = new Identification(request, _declared);
        identities.Run();
        _goingAway = identities.GoingAway;
        var targets = new TargetPlanning(request, identities);
        var refused = targets.Run();
        _targets = targets.Updates;
        if (identities.Diagnostics.Count > 0)
            return new PlanOutcome.Invalid(identities.Diagnostics);
        if (identities.Missing.Count > 0)
            return Rejections.ReferencedResourcesNotFound([.. identities.Missing.Keys], [.. identities.Missing.Values]);
        return refused;
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

    private PlanOutcome? CheckCreates()
    {
        var diagnostics = new List<Diagnostic>();
        (Resource Resource, List<string> Fields)? first = null;
        foreach (var one in _declared)
        {
            if (one.Existing is not null)
                continue;
            var missing = PropertyCheck.MissingOnCreate(one.Properties, one.Hints);
            if (missing.Count == 0)
                continue;
            first ??= (one.Resource, missing);
            diagnostics.AddRange(missing.Select(field => new Diagnostic
            {
                Code = DiagnosticCodes.RequiredFieldMissing,
                Summary = $"To create {one.Resource.Key} it needs '{field}'.",
                Path = one.PropertiesPlace.ToString(),
            }));
        }

        return first is { } found ? Rejections.RequiredFieldMissing(found.Resource, found.Fields, diagnostics) : null;
    }

    private PlanOutcome? Compare()
    {
        foreach (var one in _declared)
        {
            if (one.Existing is { } existing)
                Change(one, existing);
            else
                Add(ResourceOperation.Create, one.Resource, null);
        }

        foreach (var resource in _goingAway)
            Add(ResourceOperation.Delete, resource, resource);
        return null;
    }

    private void Change(DeclaredResource one, Resource existing)
    {
        var mode = request.Mode == ApplyMode.Reconcile ? DiffMode.Exact : DiffMode.EnsureExists;
        var desired = SetOnceFreeze.Apply(one.Properties, existing.Properties, one.Resource.Schema);
        var diff = PropertyDiff.Between(existing.Properties, desired, one.Resource.Schema, mode);
        var isMoved = existing.Label != one.Resource.Label || existing.Stack != one.Resource.Stack;
        var isElsewhere = existing.Target != one.Resource.Target;
        if (diff.IsEmpty && !isMoved && !isElsewhere)
            return;

        // The declared over the stored: what nobody mentioned goes to the plugin as it is, in either mode.
        var merged = diff.IsEmpty ? existing.Properties : JsonPatch.Apply(existing.Properties ?? JsonText.EmptyObject, diff.Patch(PatchValues.Stored));
        if (diff.NeedsReplace || isElsewhere)
        {
            Replace(one, existing, diff, request.Mode == ApplyMode.Reconcile ? one.Properties : merged);
            return;
        }

        Add(ResourceOperation.Update, one.Resource with
        {
            NativeId = existing.NativeId,
            ReadOnlyProperties = existing.ReadOnlyProperties,
            Version = existing.Version,
            Properties = merged,
        }, existing, update => update with
        {
            Patch = diff.Patch(PatchValues.Preview),
            OldLabel = existing.Label == one.Resource.Label ? null : existing.Label,
            OldStack = existing.Stack == one.Resource.Stack ? null : existing.Stack,
        });
    }

    private void Replace(DeclaredResource one, Resource existing, PropertyDiff diff, JsonElement? properties)
    {
        var group = request.NewKsuid();
        Add(ResourceOperation.Delete, existing, existing, update => update with
        {
            GroupId = group,
            CreateOnlyPatch = diff.NeedsReplace ? diff.CreateOnlyPatch(PatchValues.Preview) : null,
        });
        Add(ResourceOperation.Create, one.Resource with { Properties = properties }, existing, update => update with
        {
            GroupId = group,
            OldLabel = existing.Label == one.Resource.Label ? null : existing.Label,
            OldStack = existing.Stack == one.Resource.Stack ? null : existing.Stack,
        });
    }

    private void Add(ResourceOperation operation, Resource resource, Resource? existing, Func<ResourceUpdate, ResourceUpdate>? more = null)
    {
        var update = new ResourceUpdate { Node = ResourceUpdate.NodeOf(resource.Ksuid!, operation), Operation = operation, Resource = resource, Existing = existing };
        _resources.Add(more is null ? update : more(update));
    }

    private PlanOutcome? CheckStacks()
    {
        _policies = PolicyPlanning.OfApply(request);
        _stacks = StackPlanning.Updates(request, _policies);
        var touched = _resources.Select(update => update.Resource.Stack).ToHashSet(StringComparer.Ordinal);
        var created = _stacks.Where(update => update.Operation == StackOperation.Create).Select(update => update.Stack).ToList();
        if (request.Mode == ApplyMode.Patch && created.Where(stack => touched.Contains(stack.Label)).ToList() is { Count: > 0 } unknown)
            return Rejections.PatchRejected(unknown);
        var empty = created.Where(stack => !touched.Contains(stack.Label)).Select(stack => stack.Label).ToList();
        return empty.Count > 0 ? Rejections.EmptyStackRejected(empty) : null;
    }

    private PlanOutcome Order()
    {
        var labels = _declared.Select(one => one.Resource).Concat(request.Inventory.Resources)
            .Where(resource => resource.Ksuid is not null).DistinctBy(resource => resource.Ksuid).ToDictionary(resource => resource.Ksuid!, resource => resource.Label, StringComparer.Ordinal);
        return PolicyPlanning.Into(Ordering.Finish(_resources, _targets, _stacks, _warnings, labels), _policies);
    }

    private static Diagnostic NotDeclared(DeclaredResource one, string key, string label, IEnumerable<string> known) => new()
    {
        Code = key == "Stack" ? DiagnosticCodes.MissingStack : DiagnosticCodes.MissingTarget,
        Summary = $"There is no {key.ToLowerInvariant()} '{label}'.{Suggestion.Sentence(label, known)}",
        Detail = $"Declare it under {key}s.",
        Path = PropertyPath.Of(one.Place, key).ToString(),
    };
}
