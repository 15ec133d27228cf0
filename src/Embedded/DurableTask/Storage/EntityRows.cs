using Formae.Embedded.Sqlite;

namespace Formae.Embedded.DurableTask.Storage;

internal sealed record EntityRow(string Id, string? State, long Modified, string? LockedBy);

/// <summary>The rows of entities. An entity without state keeps its row until it is cleaned away.</summary>
internal static class EntityRows
{
    public static EntityRow? Read(SqliteConnection connection, string id)
    {
        var found = connection.Statement("SELECT id, state, modified, locked_by FROM entities WHERE id=?").Bind(1, id);
        var row = found.Step() ? RowOf(found) : null;
        found.Reset();
        return row;
    }

    public static void Write(SqliteConnection connection, EntityRow row) =>
        connection.Statement("INSERT OR REPLACE INTO entities(id, state, modified, locked_by) VALUES(?,?,?,?)")
            .Bind(1, row.Id).Bind(2, row.State).Bind(3, row.Modified).Bind(4, row.LockedBy).Run();

    public static bool DeleteIfEmpty(SqliteConnection connection, string id) =>
        connection.Statement("DELETE FROM entities WHERE id=? AND state IS NULL AND locked_by IS NULL").Bind(1, id).Run() > 0;

    public static EntityRow RowOf(SqliteStatement row) => new(row.Text(0), row.TextOrNull(1), row.Int64(2), row.TextOrNull(3));
}
