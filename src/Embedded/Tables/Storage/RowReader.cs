using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Tables;

/// <summary>Reads rows in key order.</summary>
internal static class RowReader
{
    /// <summary>How many rows one page may look at; a filter that drops most of them gives short or empty pages, as the service does.</summary>
    public const int MostScanned = 10_000;

    private const string Point = "SELECT stamp, properties FROM entities WHERE table_id=?1 AND pk=?2 AND rk=?3";

    internal const string Partition = "SELECT pk, rk, stamp, properties FROM entities WHERE table_id=?1 AND pk=?2 AND rk>=?3 AND rk<?4 ORDER BY rk";

    internal const string Partitions =
        "SELECT pk, rk, stamp, properties FROM entities WHERE table_id=?1 AND (pk, rk)>=(?2, ?3) AND pk<?4 ORDER BY pk, rk";

    public static Row? Find(SqliteConnection connection, long table, string partitionKey, string rowKey, Selection selection)
    {
        var read = connection.Statement(Point).Bind(1, table).BindBytes(2, KeyCodec.Encode(partitionKey)).BindBytes(3, KeyCodec.Encode(rowKey));
        try
        {
            if (!read.Step())
                return null;
            var properties = RowCodec.Decode(read.Bytes(1), new NameCache());
            return Select(new Candidate(partitionKey, rowKey, read.Int64(0), properties), selection);
        }
        finally
        {
            read.Reset();
        }
    }

    /// <summary>At most <paramref name="take"/> rows that pass, and where the next page begins if there may be more.</summary>
    public static (List<Row> Rows, RowPosition? Next) Page(
        SqliteConnection connection, long table, Filter? filter, Selection selection, RowPosition? start, int take)
    {
        var rows = new List<Row>(Math.Min(take, 64));
        var names = new NameCache();
        var scanned = 0;
        foreach (var range in KeyRanges.Of(filter))
        {
            if (Clip(range, start) is not { } from)
                continue;
            var single = range.Partitions.IsOneKey;
            var read = connection.Statement(single ? Partition : Partitions)
                .Bind(1, table).BindBytes(2, from.Partition).BindBytes(3, from.Row).BindBytes(4, single ? range.Rows.To : range.Partitions.To);
            try
            {
                byte[]? partition = null;
                var partitionKey = "";
                while (read.Step())
                {
                    if (rows.Count == take || scanned == MostScanned)
                        return (rows, new RowPosition(read.Bytes(0).ToArray(), read.Bytes(1).ToArray()));
                    scanned++;
                    if (partition is null || !read.Bytes(0).SequenceEqual(partition))
                    {
                        partition = read.Bytes(0).ToArray();
                        partitionKey = KeyCodec.Decode(partition);
                    }

                    var candidate = new Candidate(partitionKey, KeyCodec.Decode(read.Bytes(1)), read.Int64(2), RowCodec.Decode(read.Bytes(3), names));
                    if (filter is null || filter.Matches(candidate, Candidate.Value))
                        rows.Add(Select(candidate, selection));
                }
            }
            finally
            {
                read.Reset();
            }
        }

        return (rows, null);
    }

    private static RowPosition? Clip(KeyRange range, RowPosition? start)
    {
        var from = new RowPosition(range.Partitions.From, range.Partitions.IsOneKey ? range.Rows.From : []);
        if (start is not { } resume || resume.CompareTo(from) <= 0)
            return from;
        if (range.Partitions.IsOneKey)
        {
            return KeyCodec.Compare(resume.Partition, range.Partitions.From) == 0 && KeyCodec.Compare(resume.Row, range.Rows.To) < 0 ? resume : null;
        }

        return KeyCodec.Compare(resume.Partition, range.Partitions.To) < 0 ? resume : null;
    }

    private static Row Select(Candidate row, Selection selection)
    {
        var etag = ETagText.Of(row.Stamp);
        return selection.Names is null
            ? new Row(row.PartitionKey, row.RowKey, row.Timestamp, etag, row.Properties)
            : new Row(
                selection.Includes("PartitionKey") ? row.PartitionKey : null,
                selection.Includes("RowKey") ? row.RowKey : null,
                selection.Includes("Timestamp") ? row.Timestamp : null,
                etag,
                Array.FindAll(row.Properties, property => selection.Includes(property.Name)));
    }

    private readonly record struct Candidate(string PartitionKey, string RowKey, long Stamp, Property[] Properties)
    {
        public static readonly Func<Candidate, string, object?> Value = static (row, name) => name switch
        {
            "PartitionKey" => row.PartitionKey,
            "RowKey" => row.RowKey,
            "Timestamp" => row.Timestamp,
            _ => row.Find(name),
        };

        public DateTimeOffset Timestamp => new(Stamp, TimeSpan.Zero);

        private object? Find(string name)
        {
            foreach (var property in Properties)
            {
                if (property.Name == name)
                    return property.Value;
            }

            return null;
        }
    }
}

/// <summary>A place in a table: the row with this key, or where it would be.</summary>
internal readonly record struct RowPosition(byte[] Partition, byte[] Row)
{
    public int CompareTo(RowPosition other) => KeyCodec.Compare(Partition, other.Partition) is var partitions and not 0
        ? partitions
        : KeyCodec.Compare(Row, other.Row);

    public string ToToken() => $"{Convert.ToBase64String(Partition)}.{Convert.ToBase64String(Row)}";

    public static RowPosition? Parse(string token)
    {
        var parts = token.Split('.');
        return parts.Length == 2 && TryDecode(parts[0], out var partition) && TryDecode(parts[1], out var row) ? new RowPosition(partition, row) : null;
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var valid = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = bytes[..length];
        return valid;
    }
}
