using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// What waits for what. A reference orders a consumer after its producer when things come into being, and the other way round when they go;
/// the kind of edge that the referring field has changes that. What is on a target waits for it, or, where the target itself does not change, for what its
/// config is made from.
/// </summary>
internal sealed class Edges(IReadOnlyList<ResourceUpdate> resources, IReadOnlyList<TargetUpdate> targets, IEnumerable<Target> stored)
{
    private readonly Dictionary<string, HashSet<string>> _waitsFor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<ResourceReference>> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceUpdate> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceUpdate> _deleted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TargetUpdate> _targetMade = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _targetDeleted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _configs = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Of(string node) => _waitsFor.TryGetValue(node, out var found) ? [.. found] : [];

    public IReadOnlyList<ResourceReference> ReferencesOf(string node) => _references.TryGetValue(node, out var found) ? found : [];

    public void Remove(string node, string other) => _waitsFor[node].Remove(other);

    public void Find()
    {
        foreach (var update in resources)
            (update.Operation == ResourceOperation.Delete ? _deleted : _made)[update.Resource.Ksuid!] = update;
        foreach (var target in stored)
            _configs[target.Label] = ProducersOf(target);
        foreach (var update in targets)
        {
            if (update.Operation == TargetOperation.Delete)
                _targetDeleted[update.Target.Label] = update.Node;
            else
                _targetMade[update.Target.Label] = update;
        }

        foreach (var update in targets)
            OfTarget(update);
        var children = new Containment(resources);
        foreach (var update in resources)
        {
            if (update.Operation == ResourceOperation.Delete)
                Going(update, children);
            else
                Coming(update, children);
        }
    }

    private void Coming(ResourceUpdate update, Containment children)
    {
        var references = References.Enumerate(update.Resource.Properties, HintTree.Of(update.Resource.Schema));
        _references[update.Node] = references;
        foreach (var reference in references)
        {
            if (_made.TryGetValue(reference.Uri.Ksuid, out var producer))
                Wait(update.Node, producer.Node);
            if (reference.Hints.EdgeKind != EdgeKind.RuntimeDependency)
                continue;
            foreach (var child in children.Of(reference.Uri.Ksuid))
            {
                if (child.Operation != ResourceOperation.Delete && child.Resource.Ksuid != update.Resource.Ksuid)
                    Wait(update.Node, child.Node);
            }
        }

        // The halves of a replace.
        if (_deleted.TryGetValue(update.Resource.Ksuid!, out var before))
            Wait(update.Node, before.Node);
        OnTarget(update);

        // What it used to refer to and goes for good must stay until it no longer does.
        if (update.Operation != ResourceOperation.Update || _deleted.Count == 0)
            return;
        foreach (var reference in References.Enumerate(update.Existing?.Properties, HintTree.Of(update.Resource.Schema)))
        {
            var isAttachment = reference.Hints.EdgeKind == EdgeKind.AttachesTo;
            if (!isAttachment && !_made.ContainsKey(reference.Uri.Ksuid) && _deleted.TryGetValue(reference.Uri.Ksuid, out var producer))
                Wait(producer.Node, update.Node);
        }
    }

    private void OnTarget(ResourceUpdate update)
    {
        if (_targetMade.TryGetValue(update.Resource.Target, out var target))
        {
            Wait(update.Node, target.Node);
            return;
        }

        foreach (var ksuid in _configs.GetValueOrDefault(update.Resource.Target) ?? [])
        {
            if (ksuid != update.Resource.Ksuid && _made.TryGetValue(ksuid, out var producer))
                Wait(update.Node, producer.Node);
        }
    }

    private void Going(ResourceUpdate update, Containment children)
    {
        var references = References.Enumerate(update.Resource.Properties, HintTree.Of(update.Resource.Schema));
        _references[update.Node] = references;
        foreach (var reference in references)
        {
            var isRuntime = reference.Hints.EdgeKind == EdgeKind.RuntimeDependency;
            if (_deleted.TryGetValue(reference.Uri.Ksuid, out var producer) && producer.Node != update.Node)
            {
                if (reference.Hints.EdgeKind == EdgeKind.AttachesTo)
                    Wait(update.Node, producer.Node);
                else
                    Wait(producer.Node, update.Node);
            }

            if (!isRuntime)
                continue;
            foreach (var child in children.Of(reference.Uri.Ksuid))
            {
                if (child.Operation == ResourceOperation.Delete && child.Resource.Ksuid != update.Resource.Ksuid)
                    Wait(child.Node, update.Node);
            }
        }

        OffTarget(update);
    }

    // A delete needs its target, and what the target's config is made from. The new config, if it has one that waits for nothing, is the better one.
    private void OffTarget(ResourceUpdate update)
    {
        var label = update.Resource.Target;
        if (_targetDeleted.TryGetValue(label, out var target))
        {
            Wait(target, update.Node);
            return;
        }

        if (_targetMade.TryGetValue(label, out var made) && !_waitsFor.ContainsKey(made.Node))
            Wait(update.Node, made.Node);
        foreach (var ksuid in _configs.GetValueOrDefault(label) ?? [])
        {
            var isAttached = _waitsFor.TryGetValue(update.Node, out var others) && others.Contains(ResourceUpdate.NodeOf(ksuid, ResourceOperation.Delete));
            if (ksuid != update.Resource.Ksuid && !isAttached && _deleted.TryGetValue(ksuid, out var producer))
                Wait(producer.Node, update.Node);
        }
    }

    private void OfTarget(TargetUpdate update)
    {
        if (update.Operation != TargetOperation.Delete)
        {
            foreach (var ksuid in ProducersOf(update.Target))
            {
                if (_made.TryGetValue(ksuid, out var producer))
                    Wait(update.Node, producer.Node);
            }

            // The halves of a replace.
            if (_targetDeleted.TryGetValue(update.Target.Label, out var before))
                Wait(update.Node, before);
        }

        // What its config was made from must stay until it no longer is.
        if (update.Operation == TargetOperation.Create || update.Existing is not { } existing)
            return;
        foreach (var ksuid in ProducersOf(existing))
        {
            var isMadeAgain = update.Operation == TargetOperation.Update && _made.ContainsKey(ksuid);
            if (!isMadeAgain && _deleted.TryGetValue(ksuid, out var gone))
                Wait(gone.Node, update.Node);
        }
    }

    private void Wait(string node, string other)
    {
        if (!_waitsFor.TryGetValue(node, out var found))
            _waitsFor.Add(node, found = new HashSet<string>(StringComparer.Ordinal));
        found.Add(other);
    }

    private static IReadOnlyList<string> ProducersOf(Target target) =>
        [.. References.Enumerate(target.Config, HintTree.None).Select(reference => reference.Uri.Ksuid).Distinct(StringComparer.Ordinal)];
}
