using System.Text;

namespace Formae.Engine.Commands;

/// <summary>
/// Walks a changeset: starts what is ready, unblocks what waited, fails what waited for a failure, and starts nothing more once it is canceled. Pure and total: every node
/// takes every event in every state. A node's final state never changes, so events that come twice or late change nothing.
/// </summary>
public sealed class CommandMachine
{
    private const char CanceledMark = 'c';

    private readonly ChangesetGraph _graph;
    private readonly int[][] _dependents;
    private readonly int[] _unmet;
    private readonly NodeState[] _states;
    private bool _isCanceled;

    private CommandMachine(ChangesetGraph graph, NodeState[] states, bool isCanceled)
    {
        _graph = graph;
        _states = states;
        _isCanceled = isCanceled;
        var count = graph.Nodes.Count;
        var dependents = new List<int>?[count];
        _unmet = new int[count];
        for (var node = 0; node < count; node++)
        {
            foreach (var producer in graph.Nodes[node].DependsOn)
            {
                (dependents[producer] ??= []).Add(node);
                if (states[producer] != NodeState.Success)
                    _unmet[node]++;
            }
        }

        _dependents = Array.ConvertAll(dependents, list => list?.ToArray() ?? []);
        Remaining = states.Count(state => !IsFinal(state));
    }

    /// <summary>Nodes that are not final yet.</summary>
    public int Remaining { get; private set; }

    public bool IsDone => Remaining == 0;

    /// <summary>A walk from its beginning (or, after a crash, from what the rows say is final).</summary>
    public static CommandMachine Start(ChangesetGraph graph) =>
        new(graph, [.. graph.Nodes.Select(node => node.State == NodeState.Started ? NodeState.NotStarted : node.State)], isCanceled: false);

    /// <summary>A walk that was put down with <see cref="Save"/>.</summary>
    public static CommandMachine Resume(ChangesetGraph graph, string saved)
    {
        var nodes = saved.TrimEnd(CanceledMark);
        if (nodes.Length != graph.Nodes.Count)
            throw new ArgumentException($"The saved walk has {nodes.Length} nodes and the graph {graph.Nodes.Count}.", nameof(saved));
        return new CommandMachine(graph, [.. nodes.Select(letter => (NodeState)(letter - '0'))], nodes.Length < saved.Length);
    }

    /// <summary>One character a node, and one more once it is canceled.</summary>
    public string Save()
    {
        var text = new StringBuilder(_states.Length);
        foreach (var state in _states)
            text.Append((char)('0' + (int)state));
        return _isCanceled ? text.Append(CanceledMark).ToString() : text.ToString();
    }

    public NodeState StateOf(int node) => _states[node];

    /// <summary>What can start now: marks it as started. Also ends what can never start because a node it waits for did not succeed.</summary>
    public Step Begin()
    {
        var step = new StepBuilder();
        for (var node = 0; node < _states.Length; node++)
        {
            if (IsFinal(_states[node]) && _states[node] != NodeState.Success)
                EndDependents(node, step);
        }

        for (var node = 0; node < _states.Length; node++)
        {
            if (_states[node] == NodeState.NotStarted && _unmet[node] == 0)
                StartNode(node, step);
        }

        return step.Build();
    }

    /// <summary>These were to start and cannot yet: they are as they were, until <see cref="Begin"/> names them again.</summary>
    public void Postpone(IEnumerable<int> nodes)
    {
        foreach (var node in nodes)
        {
            if (_states[node] == NodeState.Started)
                _states[node] = NodeState.NotStarted;
        }
    }

    /// <summary>The nodes that were started and have not ended: they are told again after a restart, and asked when they are overdue.</summary>
    public IReadOnlyList<int> InFlight() => [.. Enumerable.Range(0, _states.Length).Where(node => _states[node] == NodeState.Started)];

    /// <summary>A node has ended. A node that is final already stays what it is, and what is no end, or is said of no node of this walk, changes nothing.</summary>
    public Step Finish(int node, NodeState state)
    {
        if (!IsFinal(state) || node < 0 || node >= _states.Length || IsFinal(_states[node]))
            return Step.Nothing;

        var step = new StepBuilder();
        End(node, state);
        if (state == NodeState.Success)
            Unblock(node, step);
        else
            EndDependents(node, step);
        return step.Build();
    }

    /// <summary>Nothing new starts, now or later; what runs may end.</summary>
    public Step Cancel()
    {
        _isCanceled = true;
        var step = new StepBuilder();
        for (var node = 0; node < _states.Length; node++)
        {
            if (_states[node] == NodeState.NotStarted)
                StartNode(node, step);
        }

        return step.Build();
    }

    private void Unblock(int node, StepBuilder step)
    {
        foreach (var dependent in _dependents[node])
        {
            if (--_unmet[dependent] == 0 && _states[dependent] == NodeState.NotStarted)
                StartNode(dependent, step);
        }
    }

    /// <summary>Whatever waits for it, and for what waits for it, can never start: failed where a failure is the cause, canceled where a cancel is.</summary>
    private void EndDependents(int node, StepBuilder step)
    {
        var end = _states[node] == NodeState.Canceled ? NodeState.Canceled : NodeState.Failed;
        var waiting = new Stack<(int Node, int Cause)>();
        foreach (var dependent in _dependents[node])
            waiting.Push((dependent, node));
        while (waiting.TryPop(out var next))
        {
            if (_states[next.Node] != NodeState.NotStarted)
                continue;
            End(next.Node, end);
            if (end == NodeState.Canceled)
                step.Canceled.Add(next.Node);
            else
                step.Failed.Add(new FailedDependent(next.Node, next.Cause));
            foreach (var dependent in _dependents[next.Node])
                waiting.Push((dependent, next.Node));
        }
    }

    private void StartNode(int node, StepBuilder step)
    {
        if (_isCanceled)
        {
            End(node, NodeState.Canceled);
            step.Canceled.Add(node);
            return;
        }

        _states[node] = NodeState.Started;
        step.Start.Add(node);
    }

    private void End(int node, NodeState state)
    {
        _states[node] = state;
        Remaining--;
    }

    private static bool IsFinal(NodeState state) => state is NodeState.Success or NodeState.Failed or NodeState.Rejected or NodeState.Canceled;

    private sealed class StepBuilder
    {
        public List<int> Start { get; } = [];

        public List<FailedDependent> Failed { get; } = [];

        public List<int> Canceled { get; } = [];

        public Step Build() => new(Start, Failed, Canceled);
    }
}

/// <summary>What follows from an event: nodes to start, nodes that will never start because of <see cref="FailedDependent.Cause"/>, nodes that were canceled.</summary>
public sealed record Step(IReadOnlyList<int> Start, IReadOnlyList<FailedDependent> Failed, IReadOnlyList<int> Canceled)
{
    public static Step Nothing { get; } = new([], [], []);
}

/// <param name="Node">The node that cannot start any more.</param>
/// <param name="Cause">The node it waited for.</param>
public readonly record struct FailedDependent(int Node, int Cause);
