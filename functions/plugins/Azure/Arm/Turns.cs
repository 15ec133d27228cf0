namespace Formae.Plugins.AzureResources.Arm;

/// <summary>
/// Of a network, and of some other things, Azure changes one part at a time, and turns away whoever wants to change another one. Those come back one after the other: each is told a time of its
/// own, and more apart from the others the more often it was turned away. Only times are kept, so nothing is held by a process that dies; another instance has turns of its own, and who meets
/// it is turned away once more.
/// </summary>
internal sealed class Turns(TimeProvider time)
{
    /// <summary>More than a subnet takes as a rule.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    /// <summary>How many of the shortest turns one may be as long as.</summary>
    private const int MostTimes = 6;
    private const int Most = 1000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, DateTimeOffset> _last = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _access = new();

    /// <summary>How long whoever was turned away waits.</summary>
    /// <param name="id">What was to be changed.</param>
    /// <param name="attempt">How often it was tried, from 1.</param>
    public TimeSpan Take(string id, int attempt)
    {
        var turn = Shortest * Math.Clamp(attempt, 1, MostTimes);
        var now = time.GetUtcNow();
        TimeSpan wait;
        lock (_access)
        {
            if (_last.Count > Most)
                _last.Clear();
            var root = RootOf(id);
            wait = _last.TryGetValue(root, out var last) && last > now ? last - now + turn : turn;
            if (wait > LongestWait)
                wait = LongestWait;
            _last[root] = now + wait;
        }

        // Two instances shall not meet at each of their turns.
        return wait + turn * (Random.Shared.NextDouble() / 4);
    }

    /// <summary>The outermost resource that an id is part of: what belongs to it waits for it.</summary>
    internal static string RootOf(string id)
    {
        var parts = id.Split('/');
        var providers = Array.FindIndex(parts, part => part.Equals("providers", StringComparison.OrdinalIgnoreCase));
        return providers < 0 ? id : string.Join('/', parts.Take(providers + 4));
    }
}
