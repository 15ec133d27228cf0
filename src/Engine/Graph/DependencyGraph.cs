namespace Formae.Engine.Graph;

/// <summary>
/// Nodes by name and what each waits for. Built once, then asked; every answer takes time (nearly) linear in nodes and edges, and the
/// same input gives the same answer in the same order.
/// </summary>
public sealed class DependencyGraph
{
    private readonly Dictionary<string, int> _indexes;
    private readonly string[] _names;
    private readonly int[][] _dependencies;
    private readonly int[][] _dependents;

    private DependencyGraph(string[] names, Dictionary<string, int> indexes, int[][] dependencies, int[][] dependents)
    {
        _names = names;
        _indexes = indexes;
        _dependencies = dependencies;
        _dependents = dependents;
    }

    public int Count => _names.Length;

    public IReadOnlyList<string> Names => _names;

    public string this[int index] => _names[index];

    /// <param name="nodes">Each node with the names of those that must be done before it. Names of no node, and a name said twice, are ignored.</param>
    public static DependencyGraph Of(IEnumerable<(string Node, IEnumerable<string> DependsOn)> nodes)
    {
        var given = nodes as IReadOnlyList<(string Node, IEnumerable<string> DependsOn)> ?? [.. nodes];
        var names = new string[given.Count];
        var indexes = new Dictionary<string, int>(given.Count, StringComparer.Ordinal);
        for (var i = 0; i < given.Count; i++)
        {
            names[i] = given[i].Node;
            if (!indexes.TryAdd(names[i], i))
                throw new ArgumentException($"The node '{names[i]}' is there twice.", nameof(nodes));
        }

        var dependencies = new int[names.Length][];
        var incoming = new int[names.Length];
        var seenBy = new int[names.Length];
        Array.Fill(seenBy, -1);
        var found = new List<int>();
        for (var i = 0; i < names.Length; i++)
        {
            found.Clear();
            foreach (var name in given[i].DependsOn)
            {
                if (!indexes.TryGetValue(name, out var dependency) || seenBy[dependency] == i)
                    continue;
                seenBy[dependency] = i;
                found.Add(dependency);
                incoming[dependency]++;
            }

            dependencies[i] = [.. found];
        }

        var dependents = new int[names.Length][];
        for (var i = 0; i < names.Length; i++)
            dependents[i] = incoming[i] == 0 ? [] : new int[incoming[i]];
        Array.Clear(incoming);
        for (var i = 0; i < names.Length; i++)
        {
            foreach (var dependency in dependencies[i])
                dependents[dependency][incoming[dependency]++] = i;
        }

        return new DependencyGraph(names, indexes, dependencies, dependents);
    }

    public bool TryIndexOf(string node, out int index) => _indexes.TryGetValue(node, out index);

    public IReadOnlyList<int> DependenciesOf(int node) => _dependencies[node];

    public IReadOnlyList<int> DependentsOf(int node) => _dependents[node];

    /// <summary>Every node after all it waits for; null when there is a cycle. Ties are broken by the order in which nodes were given.</summary>
    public IReadOnlyList<int>? TopologicalOrder()
    {
        var order = Peel();
        return order.Count == Count ? order : null;
    }

    /// <summary>Cycles that share no node, each node waiting for the next and the last for the first; none when there is an order.</summary>
    public IReadOnlyList<IReadOnlyList<int>> FindCycles()
    {
        var order = Peel();
        if (order.Count == Count)
            return [];
        var isDone = new bool[Count];
        foreach (var node in order)
            isDone[node] = true;

        // Whatever is left waits for something that is left too, so walking from dependency to dependency comes back, or to where an earlier walk has been.
        var cycles = new List<IReadOnlyList<int>>();
        var isWalked = new bool[Count];
        for (var start = 0; start < Count; start++)
        {
            var walked = new List<int>();
            var positions = new Dictionary<int, int>();
            var current = start;
            while (!isDone[current] && !isWalked[current] && positions.TryAdd(current, walked.Count))
            {
                walked.Add(current);
                current = Array.Find(_dependencies[current], dependency => !isDone[dependency]);
            }

            if (positions.TryGetValue(current, out var position))
                cycles.Add(walked[position..]);
            foreach (var node in walked)
                isWalked[node] = true;
        }

        return cycles;
    }

    /// <summary>The connected components, edges taken without direction: no edge leads from one to another.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Components()
    {
        var component = new int[Count];
        Array.Fill(component, -1);
        var components = new List<IReadOnlyList<int>>();
        var waiting = new Stack<int>();
        for (var start = 0; start < Count; start++)
        {
            if (component[start] >= 0)
                continue;
            var members = new List<int>();
            waiting.Push(start);
            component[start] = components.Count;
            while (waiting.TryPop(out var node))
            {
                members.Add(node);
                foreach (var neighbour in _dependencies[node])
                    Reach(neighbour);
                foreach (var neighbour in _dependents[node])
                    Reach(neighbour);
            }

            members.Sort();
            components.Add(members);
        }

        return components;

        void Reach(int node)
        {
            if (component[node] >= 0)
                return;
            component[node] = components.Count;
            waiting.Push(node);
        }
    }

    /// <summary>All nodes that wait for any of these, directly or through others, without these themselves; nearest first.</summary>
    public IReadOnlyList<int> TransitiveDependents(IEnumerable<int> nodes)
    {
        var isSeen = new bool[Count];
        var waiting = new Queue<int>();
        foreach (var node in nodes)
        {
            if (isSeen[node])
                continue;
            isSeen[node] = true;
            waiting.Enqueue(node);
        }

        var starts = waiting.Count;
        var found = new List<int>();
        while (waiting.TryDequeue(out var node))
        {
            if (starts-- <= 0)
                found.Add(node);
            foreach (var dependent in _dependents[node])
            {
                if (isSeen[dependent])
                    continue;
                isSeen[dependent] = true;
                waiting.Enqueue(dependent);
            }
        }

        return found;
    }

    private List<int> Peel()
    {
        var unmet = new int[Count];
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < Count; i++)
        {
            unmet[i] = _dependencies[i].Length;
            if (unmet[i] == 0)
                ready.Enqueue(i, i);
        }

        var order = new List<int>(Count);
        while (ready.TryDequeue(out var node, out _))
        {
            order.Add(node);
            foreach (var dependent in _dependents[node])
            {
                if (--unmet[dependent] == 0)
                    ready.Enqueue(dependent, dependent);
            }
        }

        return order;
    }
}
