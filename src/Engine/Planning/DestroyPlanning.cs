using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// One destroy by document. What it names is matched by stack, type and label; its references are not looked at, so that a document
/// whose producers are gone can still be destroyed.
/// </summary>
internal sealed class DestroyPlanning(PlanRequest request)
{
    private readonly ILookup<string, Resource> _onTarget =
        request.Inventory.Resources.Where(resource => resource.Stack != Stack.Unmanaged).ToLookup(resource => resource.Target, StringComparer.Ordinal);

    private readonly List<ResourceUpdate> _resources = [];
    private readonly List<TargetUpdate> _targets = [];
    private readonly Dictionary<string, Resource> _going = new(StringComparer.Ordinal);
    private readonly HashSet<string> _goingTargets = new(StringComparer.Ordinal);
    private readonly List<(Resource Resource, string Source)> _dependents = [];
    private readonly List<(string Target, string Source)> _dependentTargets = [];

    public PlanOutcome Run()
    {
        Requested();
        Dependents();
        if (request.OnDependents == OnDependents.Abort && !request.Simulate)
        {
            if (_dependents.Count > 0)
                return Rejections.ResourceHasDependents(_dependents);
            if (_dependentTargets.Count > 0)
                return Rejections.TargetHasDependents(_dependentTargets);
        }

        var forgotten = request.Inventory.Resources.Where(resource => resource.Stack == Stack.Unmanaged && _goingTargets.Contains(resource.Target)).ToList();
        return Ordering.Finish(
            new Plan
            {
                Resources = _resources,
                Targets = _targets,
                Policies = PolicyPlanning.OfDestroy(request, _resources),
                Forgotten = forgotten,
                Notices = [.. forgotten.GroupBy(resource => resource.Target, StringComparer.Ordinal).Select(target =>
                    $"{target.Count()} unmanaged {(target.Count() == 1 ? "resource" : "resources")} on the target '{target.Key}' will be forgotten, and stay in the cloud.")],
            },
            request.Inventory,
            []);
    }

    private void Requested()
    {
        var stored = new Dictionary<ResourceKey, Resource>();
        foreach (var resource in request.Inventory.Resources)
            stored[resource.Key] = resource;
        foreach (var resource in request.Forma.Resources)
        {
            if (stored.TryGetValue(Defaults.Fill(resource, request.Forma).Key, out var existing))
                Delete(existing, null);
        }

        // With resources in the document its targets are merely where they are, unless a target is made from resources itself.
        var isTargetOnly = request.Forma.Resources.Count == 0;
        var targets = request.Forma.Targets.Select(target => target.Label).ToHashSet(StringComparer.Ordinal);
        foreach (var target in request.Inventory.Targets)
        {
            if (!targets.Contains(target.Label) || !(isTargetOnly || References.Enumerate(target.Config, HintTree.None).Count > 0))
                continue;
            Delete(target, null);
            foreach (var resource in On(target.Label))
            {
                if (isTargetOnly)
                    Delete(resource, target.Label);
            }
        }
    }

    // Breadth first, so that what is nearest names the cause.
    private void Dependents()
    {
        var consumers = new Dictionary<string, List<Resource>>(StringComparer.Ordinal);
        foreach (var resource in request.Inventory.Resources.Where(resource => resource.Stack != Stack.Unmanaged))
        {
            foreach (var reference in References.Enumerate(resource.Properties, HintTree.None))
                Add(consumers, reference.Uri.Ksuid, resource);
        }

        var targets = new Dictionary<string, List<Target>>(StringComparer.Ordinal);
        foreach (var target in request.Inventory.Targets)
        {
            foreach (var reference in References.Enumerate(target.Config, HintTree.None))
                Add(targets, reference.Uri.Ksuid, target);
        }

        var waiting = new Queue<Resource>(_going.Values);
        foreach (var label in _goingTargets.ToList())
            Cascade(On(label), label, waiting);
        while (waiting.TryDequeue(out var gone))
        {
            if (consumers.TryGetValue(gone.Ksuid!, out var dependents))
                Cascade(dependents, gone.Label, waiting);
            foreach (var target in targets.GetValueOrDefault(gone.Ksuid!) ?? [])
            {
                if (_goingTargets.Contains(target.Label))
                    continue;
                _dependentTargets.Add((target.Label, gone.Label));
                Delete(target, gone.Label);
                Cascade(On(target.Label), target.Label, waiting);
            }
        }
    }

    private void Cascade(IEnumerable<Resource> dependents, string source, Queue<Resource> waiting)
    {
        foreach (var dependent in dependents)
        {
            if (!Delete(dependent, source))
                continue;
            _dependents.Add((dependent, source));
            waiting.Enqueue(dependent);
        }
    }

    private IEnumerable<Resource> On(string target) => _onTarget[target];

    private bool Delete(Resource existing, string? source)
    {
        if (existing.Ksuid is not { } ksuid || !_going.TryAdd(ksuid, existing))
            return false;
        _resources.Add(new ResourceUpdate
        {
            Node = ResourceUpdate.NodeOf(ksuid, ResourceOperation.Delete),
            Operation = ResourceOperation.Delete,
            Resource = existing,
            Existing = existing,
            IsCascade = source is not null,
            CascadeSource = source,
        });
        return true;
    }

    private void Delete(Target existing, string? source)
    {
        if (!_goingTargets.Add(existing.Label))
            return;
        _targets.Add(new TargetUpdate
        {
            Node = TargetUpdate.NodeOf(existing.Label, TargetOperation.Delete),
            Operation = TargetOperation.Delete,
            Target = existing,
            Existing = existing,
            IsCascade = source is not null,
            CascadeSource = source,
        });
    }

    private static void Add<T>(Dictionary<string, List<T>> index, string key, T item)
    {
        if (!index.TryGetValue(key, out var found))
            index.Add(key, found = []);
        found.Add(item);
    }
}
