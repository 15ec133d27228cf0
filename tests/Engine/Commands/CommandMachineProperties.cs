using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Commands;

namespace Formae.Engine.Tests.Commands;

/// <summary>Whatever happens to a walk, in whatever order, twice or never.</summary>
public sealed class CommandMachineProperties
{
    private static readonly NodeState[] All = Enum.GetValues<NodeState>();

    private static IEnumerable<Func<CommandMachine, Step>> Events =>
    [
        machine => machine.Begin(),
        machine => machine.Cancel(),
        machine => Nothing(() => machine.Postpone([0, 1])),
        .. from node in new[] { -1, 0, 1, 2 } from state in All select (Func<CommandMachine, Step>)(machine => machine.Finish(node, state)),
    ];

    [Fact]
    public void Every_state_takes_every_event()
    {
        var graph = Graph([], [0]);
        foreach (var first in All)
        {
            foreach (var second in All)
            {
                foreach (var happen in Events)
                {
                    var machine = CommandMachine.Resume(graph, $"{(int)first}{(int)second}");

                    var step = happen(machine);

                    Assert.Equal(machine.IsDone, IsFinal(machine.StateOf(0)) && IsFinal(machine.StateOf(1)));
                    Assert.True(!IsFinal(first) || machine.StateOf(0) == first);
                    Assert.True(!IsFinal(second) || machine.StateOf(1) == second);
                    Assert.All(step.Start, node => Assert.Equal(NodeState.Started, machine.StateOf(node)));
                    Assert.All(step.Canceled, node => Assert.Equal(NodeState.Canceled, machine.StateOf(node)));
                    Assert.All(step.Failed, failed => Assert.Equal(NodeState.Failed, machine.StateOf(failed.Node)));
                }
            }
        }
    }

    [Fact]
    public void Any_events_in_any_order_leave_each_node_with_one_end_and_start_nothing_after_a_cancel() => Walks(walk =>
    {
        var machine = CommandMachine.Start(walk.Graph);
        var seen = new Watched(walk.Graph, machine);
        seen.Follow(machine.Begin(), named: null);
        foreach (var happened in walk.Events)
            seen.Follow(Happen(machine, happened), happened.Finishes, happened.Kind == Kind.Cancel);
        End(machine, seen);
        return machine.IsDone && seen.Ends == 1;
    });

    [Fact]
    public void A_walk_that_is_put_down_and_taken_up_at_any_point_goes_the_same_way() => Walks(walk =>
    {
        var whole = CommandMachine.Start(walk.Graph);
        var parts = CommandMachine.Start(walk.Graph);
        Same(whole.Begin(), parts.Begin());
        foreach (var happened in walk.Events)
        {
            if (happened.IsInterrupted)
                parts = CommandMachine.Resume(walk.Graph, parts.Save());
            Same(Happen(whole, happened), Happen(parts, happened));
            Assert.Equal(whole.Save(), parts.Save());
        }

        return whole.IsDone == parts.IsDone;
    });

    [Fact]
    public void What_is_heard_twice_is_heard_once() => Walks(walk =>
    {
        var machine = CommandMachine.Start(walk.Graph);
        machine.Begin();
        foreach (var happened in walk.Events.Where(happened => happened.Kind != Kind.Postpone))
        {
            Happen(machine, happened);
            Same(Step.Nothing, Happen(machine, happened));
        }

        return true;
    });

    [Fact]
    public void After_a_cancel_the_walk_needs_nothing_but_the_ends_of_what_runs() => Walks(walk =>
    {
        var machine = CommandMachine.Start(walk.Graph);
        machine.Begin();
        foreach (var happened in walk.Events)
            Happen(machine, happened);
        machine.Cancel();
        Assert.Empty(machine.Begin().Start);
        foreach (var node in machine.InFlight())
            Assert.Empty(machine.Finish(node, NodeState.Success).Start);
        return machine.IsDone;
    });

    [Fact]
    public void What_waits_for_something_canceled_is_canceled_and_not_failed()
    {
        var machine = CommandMachine.Start(Graph([], [0], [1]));
        machine.Begin();

        var step = machine.Finish(0, NodeState.Canceled);

        Assert.Equal([1, 2], step.Canceled);
        Assert.Empty(step.Failed);
        Assert.True(machine.IsDone);
    }

    [Fact]
    public void What_could_not_start_yet_is_canceled_as_what_never_could()
    {
        var machine = CommandMachine.Start(Graph([], []));
        machine.Postpone(machine.Begin().Start.Skip(1));

        Assert.Equal([1], machine.Cancel().Canceled);
        Assert.Empty(machine.Begin().Start);
        Assert.Equal([0], machine.InFlight());
    }

    [Theory]
    [InlineData(CommandState.Success, "", false, false)]
    [InlineData(CommandState.Success, "Success", false, false)]
    [InlineData(CommandState.Failed, "Success Failed", false, false)]
    [InlineData(CommandState.Failed, "Success Rejected", false, false)]
    [InlineData(CommandState.Failed, "Success", false, true)]
    [InlineData(CommandState.Canceled, "Success Failed Canceled", false, false)]
    [InlineData(CommandState.Canceled, "Canceled", false, true)]
    [InlineData(CommandState.InProgress, "Canceled Failed NotStarted", false, false)]
    [InlineData(CommandState.InProgress, "Started", false, false)]
    [InlineData(CommandState.Canceling, "Canceled Failed Started", true, false)]
    [InlineData(CommandState.Canceled, "Success Failed", true, false)]
    [InlineData(CommandState.Canceled, "Success", true, false)]
    public void F096_canceled_outranks_failed_and_failed_outranks_success(CommandState expected, string updates, bool isCanceled, bool isBroken) =>
        Assert.Equal(expected, CommandStates.Of(updates.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<NodeState>), isCanceled, isBroken));

    private enum Kind
    {
        Finish,
        Cancel,
        Begin,
        Postpone,
    }

    private sealed record Happened(Kind Kind, int Node, NodeState State, bool IsInterrupted)
    {
        public int? Finishes => Kind == Kind.Finish ? Node : null;
    }

    private sealed record Walk(ChangesetGraph Graph, IReadOnlyList<Happened> Events);

    private static void Walks(Func<Walk, bool> holds) =>
        Prop.ForAll((from size in Gen.Choose(1, 25) from seed in Gen.Choose(0, int.MaxValue - 1) select (size, seed)).ToArbitrary(), walk => holds(Make(walk.size, walk.seed)))
            .Check(PropertyCases.Of(500));

    /// <summary>Mostly what would happen, and now and then anything: ends of what never started, other ends of what has ended, ends that are none.</summary>
    private static Walk Make(int size, int seed)
    {
        var random = new Random(seed);
        var graph = Graph([.. Enumerable.Range(0, size).Select(node => Enumerable.Range(0, node).Where(_ => random.Next(4) == 0).ToArray())]);
        var events = Enumerable.Range(0, random.Next(3 * size)).Select(_ => new Happened(
            random.Next(20) switch { 0 => Kind.Cancel, 1 => Kind.Begin, 2 => Kind.Postpone, _ => Kind.Finish },
            random.Next(size),
            random.Next(4) == 0 ? All[random.Next(All.Length)] : NodeState.Success,
            random.Next(4) == 0));
        return new Walk(graph, [.. events]);
    }

    private static Step Happen(CommandMachine machine, Happened happened) => happened.Kind switch
    {
        Kind.Cancel => machine.Cancel(),
        Kind.Begin => machine.Begin(),
        Kind.Postpone => Nothing(() => machine.Postpone([happened.Node])),
        _ => machine.Finish(happened.Node, happened.State),
    };

    /// <summary>What was lost is told again: sooner or later everything that runs has ended.</summary>
    private static void End(CommandMachine machine, Watched seen)
    {
        while (!machine.IsDone)
        {
            seen.Follow(machine.Begin(), named: null);
            if (machine.InFlight() is [var node, ..])
                seen.Follow(machine.Finish(node, NodeState.Success), node);
        }
    }

    private static Step Nothing(Action act)
    {
        act();
        return Step.Nothing;
    }

    private static void Same(Step left, Step right)
    {
        Assert.Equal(left.Start, right.Start);
        Assert.Equal(left.Failed, right.Failed);
        Assert.Equal(left.Canceled, right.Canceled);
    }

    private static bool IsFinal(NodeState state) => state is NodeState.Success or NodeState.Failed or NodeState.Rejected or NodeState.Canceled;

    private static ChangesetGraph Graph(params int[][] dependencies) => new()
    {
        Nodes = [.. dependencies.Select((producers, node) => new ChangesetNode { Key = $"k{node}", Row = $"00000-{node:D7}", Namespace = "Test", DependsOn = producers })],
    };

    /// <summary>Looks at each step of a walk.</summary>
    private sealed class Watched(ChangesetGraph graph, CommandMachine machine)
    {
        private readonly NodeState[] _before = new NodeState[graph.Nodes.Count];
        private readonly HashSet<int> _ended = [];
        private bool _isCanceled;
        private bool _wasDone;

        /// <summary>How often the walk came to its end.</summary>
        public int Ends { get; private set; }

        /// <param name="step">What followed.</param>
        /// <param name="named">The node that something was said of.</param>
        /// <param name="isCancel">Whether it was canceled.</param>
        public void Follow(Step step, int? named, bool isCancel = false)
        {
            _isCanceled |= isCancel;
            Assert.False(_isCanceled && step.Start.Count > 0, "Something started after a cancel.");
            foreach (var node in step.Start)
                Assert.All(graph.Nodes[node].DependsOn, producer => Assert.Equal(NodeState.Success, machine.StateOf(producer)));
            foreach (var (node, cause) in step.Failed)
            {
                Assert.Contains(cause, graph.Nodes[node].DependsOn);
                Assert.Contains(machine.StateOf(cause), (NodeState[])[NodeState.Failed, NodeState.Rejected]);
            }

            for (var node = 0; node < _before.Length; node++)
            {
                var now = machine.StateOf(node);
                if (IsFinal(_before[node]))
                    Assert.Equal(_before[node], now);
                else if (IsFinal(now))
                    Assert.True(_ended.Add(node) && (node == named || step.Canceled.Contains(node) || step.Failed.Any(failed => failed.Node == node)), $"{node} ended, and nobody said so.");
                _before[node] = now;
            }

            if (machine.IsDone && !_wasDone)
                Ends++;
            Assert.True(machine.IsDone || !_wasDone);
            _wasDone = machine.IsDone;
        }
    }
}
