using Formae.Coordination.Storage;
using Formae.Engine.Commands;
using Formae.Engine.Graph;
using Formae.Engine.Planning;

namespace Formae.Coordination.Intake;

/// <summary>Splits the resource updates of a plan into groups that share no edge, and gives each update its row.</summary>
internal static class Changesets
{
    public static (IReadOnlyList<UpdateRecord> Updates, int Groups) Split(string commandId, IReadOnlyList<ResourceUpdate> plan)
    {
        // Targets are written before the first group starts and deleted after the last has ended: edges to them tie nothing together.
        var graph = DependencyGraph.Of(plan.Select(update => (update.Node, (IEnumerable<string>)update.DependsOn)));
        var groups = Grouping.Pack(graph.Components());
        var records = new List<UpdateRecord>(plan.Count);
        for (var group = 0; group < groups.Count; group++)
        {
            var places = groups[group].Select((node, place) => (node, place)).ToDictionary(pair => pair.node, pair => pair.place);
            foreach (var node in groups[group])
            {
                records.Add(new UpdateRecord
                {
                    CommandId = commandId,
                    Row = UpdateRecord.RowOf(group, places[node]),
                    Plan = plan[node],
                    DependsOn = [.. graph.DependenciesOf(node).Select(producer => places[producer])],
                });
            }
        }

        return (records, groups.Count);
    }
}
