using System.Text.Json;

namespace Formae.Model;

/// <summary>
/// Finds the actual elements that a desired element stands for. A property that the provider fills in counts only where the desired element
/// mentions it, so the actual elements are indexed once per set of fields left out, which is once or twice in practice.
/// </summary>
internal sealed class ElementKeys
{
    private readonly IReadOnlyList<JsonElement> _actual;
    private readonly HintTree _hints;
    private readonly string[] _desired;
    private readonly IReadOnlySet<HintTree>[] _leftOut;
    private readonly Dictionary<IReadOnlySet<HintTree>, Dictionary<string, Bucket>> _indexes = new(SameFields.Instance);
    private readonly bool[] _isTaken;

    public ElementKeys(IReadOnlyList<JsonElement> actual, IReadOnlyList<JsonElement> desired, HintTree hints)
    {
        _actual = actual;
        _hints = hints;
        _isTaken = new bool[actual.Count];
        _desired = new string[desired.Count];
        _leftOut = new IReadOnlySet<HintTree>[desired.Count];
        for (var i = 0; i < desired.Count; i++)
        {
            _leftOut[i] = ProviderDefaults.LeftOutBy(desired[i], hints);
            _desired[i] = CanonicalText.Of(desired[i], hints, Sense.Declaration, leftOut: _leftOut[i]);
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

    private Dictionary<string, Bucket> IndexFor(IReadOnlySet<HintTree> leftOut)
    {
        if (_indexes.TryGetValue(leftOut, out var index))
            return index;
        index = new Dictionary<string, Bucket>(StringComparer.Ordinal);
        for (var i = 0; i < _actual.Count; i++)
        {
            var key = CanonicalText.Of(_actual[i], _hints, Sense.Stored, leftOut: leftOut);
            if (!index.TryGetValue(key, out var same))
                index.Add(key, same = new Bucket());
            same.Indexes.Add(i);
        }

        _indexes.Add(leftOut, index);
        return index;
    }

    private sealed class SameFields : IEqualityComparer<IReadOnlySet<HintTree>>
    {
        public static readonly SameFields Instance = new();

        public bool Equals(IReadOnlySet<HintTree>? left, IReadOnlySet<HintTree>? right) => left!.SetEquals(right!);

        public int GetHashCode(IReadOnlySet<HintTree> fields) => fields.Count;
    }

    /// <summary>Elements that are alike, and how far they are taken.</summary>
    private sealed class Bucket
    {
        public List<int> Indexes { get; } = [];

        public int Next { get; set; }
    }
}
