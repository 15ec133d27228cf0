using System.Collections;
using System.Collections.Concurrent;

namespace Formae.Cli.Plugins;

/// <summary>Everything that processes have written, while they go on writing.</summary>
internal sealed class SaidLines : IReadOnlyCollection<string>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public int Count => _lines.Count;

    public void Add(string line) => _lines.Enqueue(line);

    public IEnumerator<string> GetEnumerator() => _lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
