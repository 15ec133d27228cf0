namespace Formae.Embedded.Tables;

/// <summary>The keys from <see cref="From"/> on, up to and without <see cref="To"/>, in their stored form.</summary>
internal readonly record struct KeyInterval(byte[] From, byte[] To)
{
    public static readonly KeyInterval All = new([], [0xff]);

    public bool IsEmpty => KeyCodec.Compare(From, To) >= 0;

    public static KeyInterval Of(Comparison comparison, string key)
    {
        var at = KeyCodec.Encode(key);
        return comparison switch
        {
            Comparison.Equal => new(at, KeyCodec.Next(at)),
            Comparison.Greater => All with { From = KeyCodec.Next(at) },
            Comparison.GreaterOrEqual => All with { From = at },
            Comparison.Less => All with { To = at },
            Comparison.LessOrEqual => All with { To = KeyCodec.Next(at) },
            _ => All,
        };
    }

    public bool IsOneKey => To.AsSpan().SequenceEqual(KeyCodec.Next(From));

    public KeyInterval Intersect(KeyInterval other) => new(
        KeyCodec.Compare(From, other.From) >= 0 ? From : other.From,
        KeyCodec.Compare(To, other.To) <= 0 ? To : other.To);

    public KeyInterval Hull(KeyInterval other) => new(
        KeyCodec.Compare(From, other.From) <= 0 ? From : other.From,
        KeyCodec.Compare(To, other.To) >= 0 ? To : other.To);
}

/// <summary>A part of a table: partitions and, in each of them, row keys.</summary>
internal readonly record struct KeyRange(KeyInterval Partitions, KeyInterval Rows);

/// <summary>Finds the parts of a table in which a filter can find anything, so that no query reads more than it must.</summary>
internal static class KeyRanges
{
    private const int MostRanges = 64;

    /// <summary>Ranges that do not overlap, in key order. Either each is a single partition, or there is one for all.</summary>
    public static IReadOnlyList<KeyRange> Of(Filter? filter)
    {
        var ranges = filter is null ? [new KeyRange(KeyInterval.All, KeyInterval.All)] : Find(filter);
        ranges.RemoveAll(range => range.Partitions.IsEmpty || range.Rows.IsEmpty);
        if (ranges.Count == 0)
            return ranges;
        return ranges.TrueForAll(range => range.Partitions.IsOneKey)
            ? Disjoint(ranges)
            : [new KeyRange(ranges.Select(range => range.Partitions).Aggregate((left, right) => left.Hull(right)), KeyInterval.All)];
    }

    private static List<KeyRange> Find(Filter filter) => filter switch
    {
        Filter.Compare("PartitionKey", var comparison, string key) => [new KeyRange(KeyInterval.Of(comparison, key), KeyInterval.All)],
        Filter.Compare("RowKey", var comparison, string key) => [new KeyRange(KeyInterval.All, KeyInterval.Of(comparison, key))],
        Filter.Compare("PartitionKey" or "RowKey", _, _) => [],
        Filter.Constant(false) => [],
        Filter.And(var left, var right) => Both(Find(left), Find(right)),
        Filter.Or(var left, var right) => [.. Find(left), .. Find(right)],
        _ => [new KeyRange(KeyInterval.All, KeyInterval.All)],
    };

    private static List<KeyRange> Both(List<KeyRange> left, List<KeyRange> right)
    {
        if (left.Count * right.Count > MostRanges)
            return left.Count < right.Count ? left : right;
        return [.. from one in left
                   from other in right
                   select new KeyRange(one.Partitions.Intersect(other.Partitions), one.Rows.Intersect(other.Rows))];
    }

    private static List<KeyRange> Disjoint(List<KeyRange> ranges)
    {
        ranges.Sort((left, right) => KeyCodec.Compare(left.Partitions.From, right.Partitions.From) is var partitions and not 0
            ? partitions
            : KeyCodec.Compare(left.Rows.From, right.Rows.From));
        var disjoint = new List<KeyRange>(ranges.Count);
        foreach (var range in ranges)
        {
            if (disjoint is [.., var last] && KeyCodec.Compare(last.Partitions.From, range.Partitions.From) == 0
                && KeyCodec.Compare(range.Rows.From, last.Rows.To) <= 0)
                disjoint[^1] = last with { Rows = last.Rows.Hull(range.Rows) };
            else
                disjoint.Add(range);
        }

        return disjoint;
    }
}
