using Formae.Engine.Graph;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Resources that wait for each other. Nothing new can be made in such a circle. But a circle of references that several commands built can be deleted: one of them
/// has to go first although another still refers to it. That is the one referred to by a field that could be changed, if there is such a field; whether the cloud
/// agrees is for it to say. And where one of them is replaced, the others are there, so that it need not wait for what it causes itself.
/// </summary>
internal sealed class Circles(Plan plan, Edges edges)
{
    private readonly Dictionary<string, ResourceUpdate> _resources = plan.Resources.ToDictionary(update => update.Node, StringComparer.Ordinal);

    public List<string> Notices { get; } = [];

    /// <summary>Takes edges out until there is an order. Answers the names in a circle that cannot be broken.</summary>
    public IReadOnlyList<string>? Break()
    {
        while (true)
        {
            var graph = Graph();
            var found = graph.FindCycles();
            if (found.Count == 0)
                return null;
            foreach (var circle in found.Select(circle => circle.Select(node => graph[node]).ToList()))
            {
                if (Consequence(circle) is { } consequence)
                {
                    edges.Remove(consequence.Node, consequence.Other);
                    continue;
                }

                if (Breakable(circle) is not { } edge)
                    return [.. circle.Select(Name).Distinct()];
                edges.Remove(edge.Node, edge.Other);
                Notices.Add($"{string.Join(" and ", circle.Select(Name))} refer to each other in a circle: {Name(edge.Node)} is deleted while {Name(edge.Other)} still refers to it.");
            }
        }
    }

    private (string Node, string Other)? Consequence(List<string> circle)
    {
        for (var i = 0; i < circle.Count; i++)
        {
            var (node, other) = (circle[i], circle[(i + 1) % circle.Count]);
            if (_resources.TryGetValue(other, out var update) && update is { Operation: ResourceOperation.Update, IsCascade: true }
                && edges.ReferencesOf(node).Any(reference => reference.Uri.Ksuid == update.Resource.Ksuid))
                return (node, other);
        }

        return null;
    }

    // Each node of a circle waits for the next, and the last for the first.
    private (string Node, string Other)? Breakable(List<string> circle)
    {
        (string, string)? any = null;
        for (var i = 0; i < circle.Count; i++)
        {
            var (node, other) = (circle[i], circle[(i + 1) % circle.Count]);
            if (!IsDelete(node, out var going) || !IsDelete(other, out _))
                continue;
            foreach (var reference in edges.ReferencesOf(other).Where(reference => reference.Uri.Ksuid == going!.Resource.Ksuid && reference.Hints.EdgeKind != EdgeKind.AttachesTo))
            {
                any ??= (node, other);
                if (!reference.Hints.Hint.CreateOnly)
                    return (node, other);
            }
        }

        return any;
    }

    private bool IsDelete(string node, out ResourceUpdate? update) => _resources.TryGetValue(node, out update) && update.Operation == ResourceOperation.Delete;

    private DependencyGraph Graph() => DependencyGraph.Of([
        .. plan.Resources.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node))),
        .. plan.Targets.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node)))]);

    private string Name(string node) =>
        _resources.TryGetValue(node, out var update) ? update.Resource.Key.ToString() : $"target '{plan.Targets.First(target => target.Node == node).Target.Label}'";
}
