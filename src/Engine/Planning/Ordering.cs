using Formae.Engine.Graph;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>The last step of every plan: what waits for what, and whether that is possible.</summary>
internal static class Ordering
{
    public static PlanOutcome Finish(
        IReadOnlyList<ResourceUpdate> resources,
        IReadOnlyList<TargetUpdate> targets,
        IReadOnlyList<StackUpdate> stacks,
        IReadOnlyList<Diagnostic> warnings,
        IReadOnlyDictionary<string, string> labels)
    {
        var edges = new Edges(resources, targets);
        edges.Find();
        if (Cycle(resources, targets, edges) is { } cycle)
            return Rejections.CyclesDetected(cycle);
        return new PlanOutcome.Planned(new Plan
        {
            Resources = [.. resources.Select(update => update with { DependsOn = edges.Of(update.Node), ReferenceLabels = Labels(edges.ReferencesOf(update.Node), labels) })],
            Targets = [.. targets.Select(update => update with { DependsOn = edges.Of(update.Node) })],
            Stacks = stacks,
            Warnings = warnings,
        });
    }

    private static IReadOnlyList<string>? Cycle(IReadOnlyList<ResourceUpdate> resources, IReadOnlyList<TargetUpdate> targets, Edges edges)
    {
        var graph = DependencyGraph.Of(resources.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node)))
            .Concat(targets.Select(update => (update.Node, (IEnumerable<string>)edges.Of(update.Node)))).ToList());
        if (graph.FindCycle() is not { } cycle)
            return null;
        var names = resources.ToDictionary(update => update.Node, update => update.Resource.Key.ToString(), StringComparer.Ordinal);
        foreach (var target in targets)
            names[target.Node] = $"target '{target.Target.Label}'";
        return [.. cycle.Select(node => names[graph[node]]).Distinct()];
    }

    private static IReadOnlyDictionary<string, string> Labels(IReadOnlyList<ResourceReference> references, IReadOnlyDictionary<string, string> labels)
    {
        if (references.Count == 0)
            return EmptyLabels;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (labels.TryGetValue(reference.Uri.Ksuid, out var label))
                found[reference.Uri.Ksuid] = label;
        }

        return found;
    }

    private static readonly IReadOnlyDictionary<string, string> EmptyLabels = new Dictionary<string, string>();
}
