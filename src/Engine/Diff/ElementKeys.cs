using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Diff;

/// <summary>
/// Finds the actual elements that a desired element stands for. A property that the provider fills in counts only where the desired element
/// mentions it, so the actual elements are indexed once per set of properties left out, which is once or twice in practice.
/// </summary>
internal sealed class ElementKeys
{
    private readonly IReadOnlyList<JsonElement> _actual;
    private readonly HintTree _hints;
    private readonly string[] _desired;
    private readonly IReadOnlyList<string>[] _leftOut;
    private readonly Dictionary<string, Dictionary<string, Bucket>> _indexes = new(StringComparer.Ordinal);
    private readonly bool[] _isTaken;

    public ElementKeys(IReadOnlyList<JsonElement> actual, IReadOnlyList<JsonElement> desired, HintTree hints)
    {
        _actual = actual;
        _hints = hints;
        _isTaken = new bool[actual.Count];
        _desired = new string[desired.Count];
        _leftOut = new IReadOnlyList<string>[desired.Count];
        for (var i = 0; i < desired.Count; i++)
        {
            _leftOut[i] = LeftOut(desired[i]);
            _desired[i] = CanonicalText.Of(desired[i], hints, Sense.Declaration);
        }
    }

    public string Desired(int index) => _desired[index];

    public IReadOnlyList<int> AllMatching(int desired) => IndexFor(_leftOut[desired]).TryGetValue(_desired[desired], out var found) ? found.Indexes : [];

    /// <summary>The first match that was not taken before.</summary>
    public int? TakeMatching(int desired)
    {
        if (!IndexFor(_leftOut[desired]).TryGetValue(_desired[desired], out var same))
            return null;
        while (same.Next < same.Indexes.Count && _isTaken[same.Indexes[same.Next]])
            same.Next++;
        if (same.Next == same.Indexes.Count)
            return null;
        var found = same.Indexes[same.Next++];
        _isTaken[found] = true;
        return found;
    }

    private Dictionary<string, Bucket> IndexFor(IReadOnlyList<string> leftOut)
    {
        var name = string.Join('\n', leftOut);
        if (_indexes.TryGetValue(name, out var index))
            return index;
        index = new Dictionary<string, Bucket>(StringComparer.Ordinal);
        for (var i = 0; i < _actual.Count; i++)
        {
            var key = CanonicalText.Of(_actual[i], _hints, Sense.Declaration, leftOut);
            if (!index.TryGetValue(key, out var same))
                index.Add(key, same = new Bucket());
            same.Indexes.Add(i);
        }

        _indexes.Add(name, index);
        return index;
    }

    private IReadOnlyList<string> LeftOut(JsonElement desired) =>
        _hints.ProviderDefaults.Count == 0 || desired.ValueKind != JsonValueKind.Object
            ? []
            : [.. _hints.ProviderDefaults.Where(name => !desired.TryGetProperty(name, out var value) || CanonicalText.IsEmpty(value))];

    /// <summary>Elements that are alike, and how far they are taken.</summary>
    private sealed class Bucket
    {
        public List<int> Indexes { get; } = [];

        public int Next { get; set; }
    }
}
