using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Tables;

/// <summary>Applies writes to the rows, on the writer's connection and inside its transaction.</summary>
internal static class RowWriter
{
    private const string Key = "table_id=?1 AND pk=?2 AND rk=?3";

    private const string Insert = "INSERT OR IGNORE INTO entities (table_id, pk, rk, stamp, properties) VALUES (?1, ?2, ?3, ?4, ?5)";

    // A row's stamp grows with each write even when the clock was set back or another process wrote it last.
    private const string Upsert =
        "INSERT INTO entities (table_id, pk, rk, stamp, properties) VALUES (?1, ?2, ?3, ?4, ?5) " +
        "ON CONFLICT DO UPDATE SET stamp = max(excluded.stamp, stamp + 1), properties = excluded.properties RETURNING stamp";

    private const string Update =
        $"UPDATE entities SET stamp = max(?4, stamp + 1), properties = ?5 WHERE {Key} AND (?6 = -1 OR stamp = ?6) RETURNING stamp";

    private const string Delete = $"DELETE FROM entities WHERE {Key} AND (?4 = -1 OR stamp = ?4)";

    private const string Read = $"SELECT stamp, properties FROM entities WHERE {Key}";

    /// <summary>Applies one write; one that is refused has changed nothing.</summary>
    public static WriteOutcome Apply(SqliteConnection connection, long table, PreparedWrite write, long stamp) => write.Kind switch
    {
        WriteKind.Insert => Bind(connection, Insert, table, write).Bind(4, stamp).BindBytes(5, write.Properties).Run() == 1
            ? new WriteOutcome(stamp, null)
            : TableErrors.EntityAlreadyExists,
        WriteKind.InsertOrReplace => Stamp(Bind(connection, Upsert, table, write).Bind(4, stamp).BindBytes(5, write.Properties)) ?? throw NoStamp(),
        WriteKind.Replace => Replace(connection, table, write, write.Properties, stamp),
        WriteKind.Delete => Bind(connection, Delete, table, write).Bind(4, write.IfMatch).Run() == 1 ? default(WriteOutcome) : Missed(connection, table, write),
        _ => Merge(connection, table, write, stamp),
    };

    private static WriteOutcome Merge(SqliteConnection connection, long table, PreparedWrite write, long stamp)
    {
        var read = Bind(connection, Read, table, write);
        if (!read.Step())
        {
            read.Reset();
            return write.Kind == WriteKind.InsertOrMerge
                ? new WriteOutcome(Bind(connection, Insert, table, write).Bind(4, stamp).BindBytes(5, write.Properties).Run() == 1 ? stamp : throw NoStamp(), null)
                : TableErrors.ResourceNotFound;
        }

        if (write.IfMatch != ETagText.Any && read.Int64(0) != write.IfMatch)
        {
            read.Reset();
            return TableErrors.UpdateConditionNotSatisfied;
        }

        var merged = new List<Property>(RowCodec.Decode(read.Bytes(1), new NameCache()));
        read.Reset();
        foreach (var property in write.Write.Properties)
        {
            var at = merged.FindIndex(existing => existing.Name == property.Name);
            if (at < 0)
                merged.Add(property);
            else
                merged[at] = property;
        }

        return RowRules.CheckWhole(write.Write.PartitionKey, write.Write.RowKey, merged) is { } wrong
            ? wrong
            : Replace(connection, table, write, RowCodec.Encode(merged), stamp);
    }

    private static WriteOutcome Replace(SqliteConnection connection, long table, PreparedWrite write, byte[] properties, long stamp) =>
        Stamp(Bind(connection, Update, table, write).Bind(4, stamp).BindBytes(5, properties).Bind(6, write.IfMatch)) ?? Missed(connection, table, write);

    private static TableError Missed(SqliteConnection connection, long table, PreparedWrite write)
    {
        var read = Bind(connection, Read, table, write);
        var exists = read.Step();
        read.Reset();
        return exists ? TableErrors.UpdateConditionNotSatisfied : TableErrors.ResourceNotFound;
    }

    private static WriteOutcome? Stamp(SqliteStatement statement)
    {
        if (!statement.Step())
        {
            statement.Reset();
            return null;
        }

        var outcome = new WriteOutcome(statement.Int64(0), null);
        statement.Run();
        return outcome;
    }

    private static SqliteStatement Bind(SqliteConnection connection, string sql, long table, PreparedWrite write) =>
        connection.Statement(sql).Bind(1, table).BindBytes(2, write.Partition).BindBytes(3, write.Row);

    private static InvalidOperationException NoStamp() => new("An unconditional write changed no row.");
}
