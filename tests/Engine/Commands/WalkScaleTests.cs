using Formae.Engine.Commands;

namespace Formae.Engine.Tests.Commands;

/// <summary>One connected component is walked by one machine, however large it is: what it takes grows with the component, and no faster.</summary>
public sealed class WalkScaleTests
{
    [Theory]
    [InlineData("a chain", NodeState.Success)]
    [InlineData("all after one", NodeState.Success)]
    [InlineData("all after one", NodeState.Failed)]
    [InlineData("one after all", NodeState.Success)]
    [InlineData("a tree", NodeState.Success)]
    public void A_component_takes_memory_in_proportion_and_every_node_ends(string shape, NodeState end)
    {
        var (few, many) = (Allocated(shape, 2_500, end), Allocated(shape, 20_000, end));

        Assert.True(many < few * 8 * 1.5, $"{few:N0} bytes for 2,500 and {many:N0} for 20,000");
    }

    private static long Allocated(string shape, int count, NodeState end)
    {
        var graph = new ChangesetGraph { Nodes = [.. Enumerable.Range(0, count).Select(node => new ChangesetNode { Key = "k", Row = "r", Namespace = "N", DependsOn = DependsOn(shape, node, count) })] };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var machine = CommandMachine.Start(graph);
        var ready = new Stack<int>(machine.Begin().Start);
        while (ready.TryPop(out var node))
        {
            foreach (var next in machine.Finish(node, end).Start)
                ready.Push(next);
        }

        Assert.True(machine.IsDone);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static int[] DependsOn(string shape, int node, int count) => shape switch
    {
        _ when shape != "one after all" && node == 0 => [],
        "a chain" => [node - 1],
        "all after one" => [0],
        "a tree" => [(node - 1) / 3],
        _ => node < count - 1 ? [] : [.. Enumerable.Range(0, node)],
    };
}
