using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// What waits for what. A reference orders a consumer after its producer when things come into being, and the other way round when they go;
/// the kind of edge that the referring field has changes that.
/// </summary>
internal sealed class Edges(IReadOnlyList<ResourceUpdate> resources, IReadOnlyList<TargetUpdate> targets)
{
    private readonly Dictionary<string, HashSet<string>> _waitsFor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<ResourceReference>> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceUpdate> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceUpdate> _deleted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _targetMade = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _targetDeleted = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Of(string node) => _waitsFor.TryGetValue(node, out var found) ? [.. found] : [];

    public IReadOnlyList<ResourceReference> ReferencesOf(string node) => _references.TryGetValue(node, out var found) ? found : [];

    public void Find()
    {
        foreach (var update in resources)
            (update.Operation == ResourceOperation.Delete ? _deleted : _made)[update.Resource.Ksuid!] = update;
        foreach (var update in targets)
            (update.Operation == TargetOperation.Delete ? _targetDeleted : _targetMade)[update.Target.Label] = update.Node;

        var children = new Containment(resources);
        foreach (var update in resources)
        {
            if (update.Operation == ResourceOperation.Delete)
                Going(update, children);
            else
                Coming(update, children);
        }

        foreach (var update in targets)
            OfTarget(update);
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
        if (_targetMade.TryGetValue(update.Resource.Target, out var target))
            Wait(update.Node, target);

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

        if (_targetDeleted.TryGetValue(update.Resource.Target, out var target))
            Wait(target, update.Node);
    }

    private void OfTarget(TargetUpdate update)
    {
        var config = update.Operation == TargetOperation.Delete ? (update.Existing ?? update.Target).Config : update.Target.Config;
        foreach (var reference in References.Enumerate(config, HintTree.None))
        {
            if (update.Operation != TargetOperation.Delete && _made.TryGetValue(reference.Uri.Ksuid, out var producer))
                Wait(update.Node, producer.Node);
            if (update.Operation == TargetOperation.Delete && _deleted.TryGetValue(reference.Uri.Ksuid, out var gone))
                Wait(gone.Node, update.Node);
        }
    }

    private void Wait(string node, string other)
    {
        if (!_waitsFor.TryGetValue(node, out var found))
            _waitsFor.Add(node, found = new HashSet<string>(StringComparer.Ordinal));
        found.Add(other);
    }
}
