using Formae.Engine.Graph;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Resources that wait for each other. Nothing new can be made in such a circle. But circles of references that several commands built can be changed and deleted:
/// of what waits for what, some is merely the better order, and that is given up where there is no other way. Whether the cloud agrees is for it to say.
/// </summary>
internal sealed class Circles(Plan plan, Edges edges)
{
    private readonly Dictionary<string, ResourceUpdate> _resources = plan.Resources.ToDictionary(update => update.Node, StringComparer.Ordinal);

    public List<string> Notices { get; } = [];

    /// <summary>Takes edges out until there is an order. Answers a circle that cannot be broken.</summary>
    public Circle? Break()
    {
        while (true)
        {
            var graph = Graph();
            var found = graph.FindCycles();
            if (found.Count == 0)
                return null;
            foreach (var circle in found.Select(circle => circle.Select(node => graph[node]).ToList()))
            {
                if (Softest(circle) is not { } edge)
                    return new Circle([.. circle.Select(Name).Distinct()], References(circle));
                edges.Remove(edge.Node, edge.Other);
                if (edge.Softness >= Softness.Reference)
                    Notices.Add($"{string.Join(" and ", circle.Select(Name).Distinct())} depend on each other in a circle: {Name(edge.Node)} is deleted while {Name(edge.Other)} still refers to it.");
            }
        }
    }

    /// <summary>Who refers to whom in the circle, and where. What waits for another reason, such as for its target, is not among them.</summary>
    private List<CircleReference> References(List<string> circle)
    {
        var references = new List<CircleReference>();
        for (var i = 0; i < circle.Count; i++)
        {
            if (_resources.TryGetValue(circle[i], out var waiting) && _resources.TryGetValue(circle[(i + 1) % circle.Count], out var awaited) && waiting.Operation != ResourceOperation.Delete)
                references.AddRange(References(waiting.Node, awaited).Select(reference => new CircleReference(waiting.Resource, awaited.Resource, reference.Path)));
        }

        return references;
    }

    // Each node of a circle waits for the next, and the last for the first.
    private (string Node, string Other, Softness Softness)? Softest(List<string> circle)
    {
        (string, string, Softness Softness)? softest = null;
        for (var i = 0; i < circle.Count; i++)
        {
            var (node, other) = (circle[i], circle[(i + 1) % circle.Count]);
            if (Of(node, other) is { } softness && (softest is null || softness < softest.Value.Softness))
                softest = (node, other, softness);
        }

        return softest;
    }

    private Softness? Of(string node, string other)
    {
        if (!_resources.TryGetValue(node, out var waiting) || !_resources.TryGetValue(other, out var awaited))
            return null;
        if (awaited is { Operation: ResourceOperation.Update, IsCascade: true } && References(node, awaited).Any())
            return Softness.Consequence;
        if (waiting.Operation != ResourceOperation.Delete)
            return null;
        if (awaited.Operation == ResourceOperation.Update)
            return Softness.Reference;
        if (awaited.Operation != ResourceOperation.Delete)
            return null;
        var fields = References(other, waiting).Where(reference => reference.Hints.EdgeKind != EdgeKind.AttachesTo).ToList();
        return fields.Count == 0 ? Softness.Order : fields.TrueForAll(reference => reference.Hints.Hint.CreateOnly) ? Softness.FixedReference : Softness.Reference;
    }

    private IEnumerable<ResourceReference> References(string node, ResourceUpdate producer) =>
        edges.ReferencesOf(node).Where(reference => reference.Uri.Ksuid == producer.Resource.Ksuid);

    private DependencyGraph Graph() => DependencyGraph.Of([
        .. plan.Resources.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node))),
        .. plan.Targets.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node)))]);

    private string Name(string node) =>
        _resources.TryGetValue(node, out var update) ? update.Resource.Key.ToString() : $"target '{plan.Targets.First(target => target.Node == node).Target.Label}'";

    /// <summary>How well a wait can be done without, the best first.</summary>
    private enum Softness
    {
        /// <summary>For an update that is made only because the other is replaced: the object that it is about is there.</summary>
        Consequence,

        /// <summary>Of an attachment, or of what is contained in something: nothing refers to what goes.</summary>
        Order,

        /// <summary>By a field that could be changed, or is being changed.</summary>
        Reference,

        /// <summary>By a field that is set for good.</summary>
        FixedReference,
    }
}

/// <summary>What can have no order.</summary>
/// <param name="Names">Those in it, each waiting for the next.</param>
/// <param name="References">The references that it is made of.</param>
internal sealed record Circle(IReadOnlyList<string> Names, IReadOnlyList<CircleReference> References);

/// <param name="From">Which resource refers.</param>
/// <param name="To">To which one.</param>
/// <param name="Path">Where in its properties.</param>
internal sealed record CircleReference(Resource From, Resource To, PropertyPath Path);
