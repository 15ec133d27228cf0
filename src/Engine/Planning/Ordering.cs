using Formae.Engine.Graph;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>The last step of every plan: what waits for what, and whether that is possible.</summary>
internal static class Ordering
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    /// <param name="plan">Everything but the order.</param>
    /// <param name="inventory">Targets that do not change matter for the order too.</param>
    /// <param name="declared">Resources that may not be stored yet, for their labels and places.</param>
    public static PlanOutcome Finish(Plan plan, Inventory inventory, IReadOnlyList<DeclaredResource> declared)
    {
        var edges = new Edges(plan.Resources, plan.Targets, inventory.Targets);
        edges.Find();
        var circles = new Circles(plan, edges);
        if (circles.Break() is { } circle)
            return Rejections.CyclesDetected(circle.Names, [.. circle.References.SelectMany(reference => InCircle(reference, declared))]);

        var labels = Labels(plan, inventory, declared.Select(one => one.Resource));
        return new PlanOutcome.Planned(plan with
        {
            Resources = [.. plan.Resources.Select(update => update with { DependsOn = edges.Of(update.Node), ReferenceLabels = Labels(edges.ReferencesOf(update.Node), labels) })],
            Targets = [.. plan.Targets.Select(update => update with { DependsOn = edges.Of(update.Node) })],
            Notices = [.. plan.Notices, .. circles.Notices],
        });
    }

    /// <summary>Of a reference in a text that the document does not have, such as one that is stored, there is no place to show.</summary>
    private static IEnumerable<Diagnostic> InCircle(CircleReference reference, IReadOnlyList<DeclaredResource> declared)
    {
        if (declared.FirstOrDefault(one => one.Resource.Ksuid == reference.From.Ksuid) is not { } from)
            yield break;
        var path = reference.Path.ToString();
        yield return new Diagnostic
        {
            Code = DiagnosticCodes.CircularReference,
            Summary = reference.From.Ksuid == reference.To.Ksuid ? $"{reference.From.Key} refers to itself here." : $"{reference.From.Key} refers to {reference.To.Key} here, which waits for it.",
            Path = $"{from.PropertiesPlace}{(path.StartsWith('[') ? "" : ".")}{path}",
        };
    }

    private static Dictionary<string, string> Labels(Plan plan, Inventory inventory, IEnumerable<Resource> declared)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (plan.Resources.Count == 0)
            return labels;
        foreach (var resource in declared.Concat(inventory.Resources))
        {
            if (resource.Ksuid is { } ksuid)
                labels.TryAdd(ksuid, resource.Label);
        }

        return labels;
    }

    private static IReadOnlyDictionary<string, string> Labels(IReadOnlyList<ResourceReference> references, Dictionary<string, string> labels)
    {
        if (references.Count == 0)
            return NoLabels;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (labels.TryGetValue(reference.Uri.Ksuid, out var label))
                found[reference.Uri.Ksuid] = label;
        }

        return found;
    }
}
