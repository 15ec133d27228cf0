using System.Text.Json;

namespace Formae.Plugins.FakeAws;

/// <summary>What the lines of a journal add up to. Any line may come twice.</summary>
internal sealed class CloudState
{
    private readonly Dictionary<string, CloudObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CloudObject> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<(string Type, string Name)> _names = [];

    public long Counter { get; private set; }

    public IEnumerable<CloudObject> Objects => _objects.Values;

    public CloudObject? Find(string type, string nativeId) => _objects.TryGetValue(nativeId, out var found) && found.Type == type ? found : null;

    /// <summary>What a create with this token made: as it is now, or as it was made when it is gone again.</summary>
    public CloudObject? ByToken(string token) => _tokens.TryGetValue(token, out var made) ? _objects.GetValueOrDefault(made.NativeId, made) : null;

    public bool HasName(string type, string name) => _names.Contains((type, name));

    public void Apply(ReadOnlySpan<byte> line)
    {
        CloudEntry entry;
        try
        {
            entry = CloudEntry.Parse(line);
        }
        catch (JsonException)
        {
            // Two halves of lines, grown together when a process was killed while it wrote: neither was ever answered.
            return;
        }

        Apply(entry);
    }

    public void Apply(CloudEntry entry)
    {
        Counter = Math.Max(Counter, entry.Count);
        switch (entry.Kind)
        {
            case "put":
                Forget(entry.Id);
                var item = new CloudObject(entry.Type, entry.Id, entry.Name, entry.Parent, entry.Region, entry.Properties);
                _objects[entry.Id] = item;
                if (entry.Name is { } name)
                    _names.Add((entry.Type, name));
                if (entry.Token is { } token)
                    _tokens[token] = item;
                break;
            case "token":
                _tokens[entry.Token!] = new CloudObject(entry.Type, entry.Id, entry.Name, entry.Parent, entry.Region, entry.Properties);
                break;
            case "delete":
                Forget(entry.Id);
                break;
        }
    }

    /// <summary>The fewest lines that add up to the same.</summary>
    public IEnumerable<CloudEntry> Entries()
    {
        yield return new CloudEntry { Kind = "count", Count = Counter };
        foreach (var item in _objects.Values)
            yield return CloudEntry.Of("put", item);
        foreach (var (token, item) in _tokens)
            yield return CloudEntry.Of("token", item) with { Token = token };
    }

    private void Forget(string id)
    {
        if (_objects.Remove(id, out var old) && old.Name is { } name)
            _names.Remove((old.Type, name));
    }
}
