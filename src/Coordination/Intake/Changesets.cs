using Formae.Coordination.Storage;
using Formae.Engine.Commands;
using Formae.Engine.Graph;
using Formae.Engine.Planning;

namespace Formae.Coordination.Intake;

/// <summary>The updates of a plan, each with its row.</summary>
internal sealed record SplitPlan(IReadOnlyList<UpdateRecord> Resources, IReadOnlyList<TargetUpdateRecord> Targets, int Groups);

/// <summary>Splits the updates of a plan into groups that share no edge, and gives each its row.</summary>
internal static class Changesets
{
    /// <summary>
    /// A target update is a node of a group only where it is in the middle: a create or an update that waits for something, a delete that something waits for.
    /// Any other is carried out before the first group starts or after the last has ended, so that ten thousand resources on one new target stay independent of each other.
    /// </summary>
    public static SplitPlan Split(string commandId, IReadOnlyList<ResourceUpdate> resources, IReadOnlyList<TargetUpdate> targets)
    {
        var entangled = Entangled(resources, targets);
        var isEntangled = entangled.ToHashSet(ReferenceEqualityComparer.Instance);
        var first = resources.Count;
        var graph = DependencyGraph.Of([
            .. resources.Select(update => (update.Node, (IEnumerable<string>)update.DependsOn)),
            .. entangled.Select(update => (update.Node, (IEnumerable<string>)update.DependsOn)),
        ]);
        var groups = Grouping.Pack(graph.Components());
        var resourceRecords = new List<UpdateRecord>(resources.Count);
        var targetRecords = new List<TargetUpdateRecord>(targets.Count);
        for (var group = 0; group < groups.Count; group++)
        {
            var places = groups[group].Select((node, place) => (node, place)).ToDictionary(pair => pair.node, pair => pair.place);
            foreach (var node in groups[group])
            {
                var row = UpdateRecord.RowOf(group, places[node]);
                int[] dependsOn = [.. graph.DependenciesOf(node).Select(producer => places[producer])];
                if (node < first)
                    resourceRecords.Add(new UpdateRecord { CommandId = commandId, Row = row, Plan = resources[node], DependsOn = dependsOn });
                else
                    targetRecords.Add(new TargetUpdateRecord { CommandId = commandId, Row = row, Plan = entangled[node - first], DependsOn = dependsOn });
            }
        }

        targetRecords.AddRange(targets.Where(update => !isEntangled.Contains(update)).Select((update, index) => new TargetUpdateRecord
        {
            CommandId = commandId,
            Row = TargetUpdateRecord.RowAt(update.Operation == TargetOperation.Delete ? TargetUpdateRecord.AtClose : TargetUpdateRecord.AtOpen, index),
            Plan = update,
        }));
        return new SplitPlan(resourceRecords, targetRecords, groups.Count);
    }

    private static List<TargetUpdate> Entangled(IReadOnlyList<ResourceUpdate> resources, IReadOnlyList<TargetUpdate> targets)
    {
        if (targets.Count == 0)
            return [];
        var nodes = resources.Select(update => update.Node).Concat(targets.Select(update => update.Node)).ToHashSet(StringComparer.Ordinal);
        var waitedFor = resources.SelectMany(update => update.DependsOn).Concat(targets.SelectMany(update => update.DependsOn)).ToHashSet(StringComparer.Ordinal);
        return [.. targets.Where(update => update.Operation == TargetOperation.Delete ? waitedFor.Contains(update.Node) : update.DependsOn.Any(nodes.Contains))];
    }
}
