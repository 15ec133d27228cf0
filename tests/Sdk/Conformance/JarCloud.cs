using System.Collections.Concurrent;

namespace Formae.Sdk.Tests.Conformance;

/// <summary>Where jars are kept: outside of all plugins.</summary>
internal sealed class JarCloud
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Jar> _jars = [];
    private readonly Dictionary<string, string> _tokens = [];
    private readonly Dictionary<string, CountdownTask?> _meetings = [];
    private int _last;

    public ConcurrentDictionary<string, string> Marks { get; } = new();

    public ConcurrentQueue<string> Gone { get; } = new();

    /// <summary>Returns when two have come who want to make the same. A phase makes one jar alone before it makes one twice at the same time: nobody waits for another of the first.</summary>
    public async Task MeetAsync(string token)
    {
        CountdownTask? both;
        lock (_lock)
        {
            if (!_meetings.TryGetValue(token, out both))
                _meetings.Add(token, both = _meetings.Count % 2 == 0 ? null : new CountdownTask());
        }

        if (both is not null)
            await both.Signal().WaitAsync(Patience);
    }

    public Jar Put(Jar jar, string? token)
    {
        lock (_lock)
        {
            if (token is not null && _tokens.TryGetValue(token, out var made) && _jars.TryGetValue(made, out var there))
                return there;
            var kept = jar with { Id = $"jar-{++_last:D4}", Size = jar.Size ?? "small", Smell = "sweet" };
            _jars[kept.Id!] = kept;
            if (token is not null)
                _tokens[token] = kept.Id!;
            return kept;
        }
    }

    public Jar? Find(string id)
    {
        lock (_lock)
            return _jars.GetValueOrDefault(id);
    }

    public Jar? Change(string id, Jar wanted)
    {
        lock (_lock)
            return _jars.TryGetValue(id, out var jar) ? _jars[id] = wanted with { Id = id, Size = wanted.Size ?? jar.Size, Recipe = wanted.Recipe ?? jar.Recipe, Smell = jar.Smell } : null;
    }

    public bool Remove(string id)
    {
        Gone.Enqueue(id);
        lock (_lock)
            return _jars.Remove(id);
    }

    public IReadOnlyList<string> List(string? after, int most)
    {
        lock (_lock)
            return [.. _jars.Keys.Order(StringComparer.Ordinal).Where(id => string.CompareOrdinal(id, after) > 0).Take(most)];
    }

    private sealed class CountdownTask
    {
        private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _came;

        public Task Signal()
        {
            if (Interlocked.Increment(ref _came) == 2)
                _both.SetResult();
            return _both.Task;
        }
    }
}
