using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// A target's config may be made from a secret, and from resources on other targets, but not from a resource on a target that is made from a secret itself:
/// its value could only be had by opening one secret after the other for every operation.
/// </summary>
internal sealed class SecretTargets
{
    private readonly PlanRequest _request;
    private readonly TargetPlanning _targets;
    private readonly Dictionary<string, Resource> _resources;
    private readonly HashSet<string> _unread = new(StringComparer.Ordinal);

    private SecretTargets(PlanRequest request, TargetPlanning targets, IReadOnlyList<DeclaredResource> declared)
    {
        (_request, _targets) = (request, targets);
        _resources = request.Inventory.Resources.Concat(declared.Select(one => one.Resource)).Where(resource => resource.Ksuid is not null)
            .GroupBy(resource => resource.Ksuid!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
    }

    public static PlanOutcome? Check(PlanRequest request, TargetPlanning targets, IReadOnlyList<DeclaredResource> declared)
    {
        var made = targets.Updates.Where(update => update.Operation != TargetOperation.Delete && ReferencesOf(update.Target).Count > 0).ToList();
        if (made.Count == 0)
            return null;
        var check = new SecretTargets(request, targets, declared);
        var labels = request.Forma.Targets.Select((target, index) => (target.Label, index)).ToDictionary(pair => pair.Label, pair => pair.index, StringComparer.Ordinal);
        var diagnostics = new List<Diagnostic>();
        foreach (var update in made)
        {
            if (check.Behind(update.Target.Label) is { } secret)
            {
                diagnostics.Add(new Diagnostic
                {
                    Code = DiagnosticCodes.SecretBehindTarget,
                    Summary = $"The config of the target '{update.Target.Label}' is made from what is on the target '{secret}', whose own config is made from a secret.",
                    Detail = "Let the config refer to a resource on a target without secrets.",
                    Path = PropertyPath.Of(PropertyPath.Of(PropertyPath.Of(null, "Targets"), labels[update.Target.Label]), "Config").ToString(),
                });
            }
        }

        if (diagnostics.Count > 0)
            return new PlanOutcome.Invalid(diagnostics);
        return check._unread.Count > 0 ? new PlanOutcome.NeedsMore(new InventoryNeeds { Ksuids = check._unread }) : null;
    }

    /// <summary>The label of the nearest target made from a secret that this one depends on.</summary>
    private string? Behind(string label)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { label };
        var waiting = new Queue<string>(Beneath(label));
        while (waiting.TryDequeue(out var target))
        {
            if (!seen.Add(target))
                continue;
            if (_targets.Find(target) is { } found && ReferencesOf(found).Any(IsSecret))
                return target;
            foreach (var next in Beneath(target))
                waiting.Enqueue(next);
        }

        return null;
    }

    private IEnumerable<string> Beneath(string label)
    {
        if (_targets.Find(label) is not { } target)
            yield break;
        foreach (var ksuid in ReferencesOf(target).Select(reference => reference.Uri.Ksuid))
        {
            if (_resources.TryGetValue(ksuid, out var producer))
                yield return producer.Target;
            else if (!_request.Inventory.KsuidsRead.Contains(ksuid))
                _unread.Add(ksuid);
        }
    }

    private bool IsSecret(ResourceReference reference) =>
        reference.IsOpaque || (_resources.TryGetValue(reference.Uri.Ksuid, out var producer) && HintTree.Of(producer.Schema).At(reference.Uri.Path).Hint.Opaque);

    private static IReadOnlyList<ResourceReference> ReferencesOf(Target target) => References.Enumerate(target.Config, HintTree.None);
}
