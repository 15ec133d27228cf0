using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Graph;

namespace Formae.Engine.Tests.Graph;

public sealed class DependencyGraphTests
{
    private static readonly Arbitrary<(int Count, (int From, int To)[] Edges)> Any = Arb.From(
        from count in Gen.Choose(1, 12)
        from edges in (from a in Gen.Choose(0, count - 1) from b in Gen.Choose(0, count - 1) select (a, b)).ListOf()
        select (count, edges.Take(20).ToArray()));

    [Fact]
    public void A_topological_order_respects_every_edge_and_there_is_one_or_a_cycle() => Prop.ForAll(Any, given =>
    {
        var graph = Build(given.Count, given.Edges);
        if (graph.TopologicalOrder() is { } order)
        {
            var places = order.Select((node, place) => (node, place)).ToDictionary(pair => pair.node, pair => pair.place);
            return order.Count == given.Count && graph.FindCycles().Count == 0 && given.Edges.All(edge => places[edge.To] < places[edge.From]);
        }

        var cycles = graph.FindCycles();
        return cycles.Count > 0 && cycles.SelectMany(cycle => cycle).Distinct().Count() == cycles.Sum(cycle => cycle.Count)
            && cycles.All(cycle => cycle.Select((node, index) => graph.DependenciesOf(node).Contains(cycle[(index + 1) % cycle.Count])).All(waits => waits));
    }).Check(PropertyCases.Of(1000));

    [Fact]
    public void Components_partition_the_nodes_and_no_edge_crosses() => Prop.ForAll(Any, given =>
    {
        var components = Build(given.Count, given.Edges).Components();
        var of = components.SelectMany((members, index) => members.Select(node => (node, index))).ToDictionary(pair => pair.node, pair => pair.index);
        return of.Count == given.Count && given.Edges.All(edge => of[edge.From] == of[edge.To]) && components.All(members => members.Count == 1 || members.All(node => given.Edges.Any(edge => edge.From == node || edge.To == node)));
    }).Check(PropertyCases.Of(1000));

    [Fact]
    public void Transitive_dependents_are_all_that_can_be_reached() => Prop.ForAll(Any, given =>
    {
        var reached = new HashSet<int> { 0 };
        for (var i = 0; i < given.Count; i++)
            reached.UnionWith(given.Edges.Where(edge => reached.Contains(edge.To)).Select(edge => edge.From).ToList());
        return Build(given.Count, given.Edges).TransitiveDependents([0]).Append(0).Order().SequenceEqual(reached.Order());
    }).Check(PropertyCases.Of(1000));

    [Fact]
    public void Names_of_no_node_are_ignored_and_a_node_given_twice_is_refused()
    {
        var graph = DependencyGraph.Of([("a", ["b", "nobody", "b"]), ("b", [])]);

        Assert.Equal([1], graph.DependenciesOf(0));
        Assert.Equal([0], graph.DependentsOf(1));
        Assert.Throws<ArgumentException>(() => DependencyGraph.Of([("a", []), ("a", [])]));
    }

    [Fact]
    public void A_long_chain_overflows_nothing()
    {
        var graph = DependencyGraph.Of(Enumerable.Range(0, 100_000).Select(i => ($"n{i}", (IEnumerable<string>)(i == 0 ? [] : [$"n{i - 1}"]))));

        Assert.Equal(100_000, graph.TopologicalOrder()!.Count);
        Assert.Single(graph.Components());
        Assert.Equal(99_999, graph.TransitiveDependents([0]).Count);
    }

    private static DependencyGraph Build(int count, (int From, int To)[] edges) =>
        DependencyGraph.Of(Enumerable.Range(0, count).Select(node => ($"n{node}", edges.Where(edge => edge.From == node).Select(edge => $"n{edge.To}"))));
}
