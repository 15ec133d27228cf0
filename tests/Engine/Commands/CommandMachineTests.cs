using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Commands;

namespace Formae.Engine.Tests.Commands;

public sealed class CommandMachineTests
{
    [Fact]
    public void What_waits_for_nothing_starts_first()
    {
        var machine = CommandMachine.Start(Graph([], [0], [0]));

        Assert.Equal([0], machine.Begin().Start);
        Assert.Equal([1, 2], machine.Finish(0, NodeState.Success).Start);
        Assert.False(machine.IsDone);
    }

    [Fact]
    public void A_failure_fails_all_that_wait_for_it_and_nothing_else()
    {
        var machine = CommandMachine.Start(Graph([], [0], [1], []));
        Assert.Equal([0, 3], machine.Begin().Start);

        var step = machine.Finish(0, NodeState.Failed);

        Assert.Equal([new FailedDependent(1, 0), new FailedDependent(2, 1)], step.Failed);
        Assert.Equal(1, machine.Remaining);
        Assert.Empty(machine.Finish(3, NodeState.Success).Failed);
        Assert.True(machine.IsDone);
    }

    [Fact]
    public void A_final_state_stays()
    {
        var machine = CommandMachine.Start(Graph([], [0]));
        machine.Begin();
        machine.Finish(0, NodeState.Failed);

        Assert.Equal(Step.Nothing, machine.Finish(0, NodeState.Success));
        Assert.Equal(NodeState.Failed, machine.StateOf(0));
        Assert.Equal(NodeState.Failed, machine.StateOf(1));
    }

    [Fact]
    public void Cancel_leaves_what_runs_and_starts_nothing_new()
    {
        var machine = CommandMachine.Start(Graph([], [0]));
        machine.Begin();

        Assert.Equal([1], machine.Cancel().Canceled);
        Assert.Empty(machine.Finish(0, NodeState.Success).Start);
        Assert.True(machine.IsDone);
    }

    [Fact]
    public void What_was_postponed_is_named_again_and_can_be_canceled()
    {
        var machine = CommandMachine.Start(Graph([], [], [0]));
        Assert.Equal([0, 1], machine.Begin().Start);

        machine.Postpone([0]);

        Assert.Equal([1], machine.InFlight());
        Assert.Equal([0], machine.Begin().Start);
        machine.Finish(0, NodeState.Success);
        machine.Postpone([0, 2]);
        Assert.Equal(NodeState.Success, machine.StateOf(0));
        Assert.Equal([2], machine.Cancel().Canceled);
    }

    [Fact]
    public void A_walk_that_was_put_down_goes_on_where_it_was()
    {
        var graph = Graph([], [0], [1]);
        var machine = CommandMachine.Start(graph);
        machine.Begin();
        machine.Finish(0, NodeState.Success);

        var resumed = CommandMachine.Resume(graph, machine.Save());

        Assert.Empty(resumed.Begin().Start);
        Assert.Equal([1], resumed.InFlight());
        Assert.Equal([2], resumed.Finish(1, NodeState.Success).Start);
    }

    [Fact]
    public void Rows_that_are_final_are_not_done_again_after_a_crash()
    {
        var graph = new ChangesetGraph { Nodes = [Node(0, NodeState.Success), Node(1, NodeState.Started, 0), Node(2, NodeState.Failed), Node(3, NodeState.NotStarted, 2)] };

        var step = CommandMachine.Start(graph).Begin();

        Assert.Equal([1], step.Start);
        Assert.Equal([new FailedDependent(3, 2)], step.Failed);
    }

    [Fact]
    public void Any_order_of_any_outcomes_ends_every_node_once_and_never_starts_one_too_early() => Prop.ForAll(
        (from size in Gen.Choose(1, 30) from seed in Gen.Choose(0, int.MaxValue - 1) select (size, seed)).ToArbitrary(), walk =>
        {
            var random = new Random(walk.seed);
            var graph = Graph([.. Enumerable.Range(0, walk.size).Select(node => Enumerable.Range(0, node).Where(_ => random.Next(4) == 0).ToArray())]);
            var machine = CommandMachine.Start(graph);
            var running = new List<int>();
            var started = new HashSet<int>();
            Follow(machine.Begin());
            while (running.Count > 0)
            {
                var node = running[random.Next(running.Count)];
                running.Remove(node);
                if (random.Next(5) == 0)
                    machine = CommandMachine.Resume(graph, machine.Save());
                Follow(machine.Finish(node, random.Next(4) == 0 ? NodeState.Failed : NodeState.Success));
                if (random.Next(3) == 0)
                    Assert.Equal(Step.Nothing, machine.Finish(node, NodeState.Success));
            }

            return machine.IsDone;

            void Follow(Step step)
            {
                foreach (var node in step.Start)
                {
                    Assert.True(started.Add(node));
                    Assert.All(graph.Nodes[node].DependsOn, producer => Assert.Equal(NodeState.Success, machine.StateOf(producer)));
                    running.Add(node);
                }
            }
        }).Check(PropertyCases.Of(500));

    [Fact]
    public void Groups_hold_whole_components_and_every_node_once()
    {
        IReadOnlyList<IReadOnlyList<int>> components = [.. Enumerable.Range(0, 200).Select(number => (IReadOnlyList<int>)[.. Enumerable.Range(number * 10, 10)])];

        var groups = Grouping.Pack(components);

        Assert.Equal(Enumerable.Range(0, 2000), groups.SelectMany(group => group).Order());
        Assert.True(groups.Count is > 8 and < 64, $"{groups.Count} groups");
        Assert.All(components, component => Assert.Single(groups, group => group.Contains(component[0]) && component.All(group.Contains)));
    }

    private static ChangesetGraph Graph(params int[][] dependencies) => new() { Nodes = [.. dependencies.Select((producers, node) => Node(node, NodeState.NotStarted, producers))] };

    private static ChangesetNode Node(int index, NodeState state, params int[] dependsOn) =>
        new() { Key = $"k{index}", Row = $"00000-{index:D7}", Namespace = "Test", DependsOn = dependsOn, State = state };
}
