using Azure.Data.Tables.Models;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Tables;

/// <summary>The table of tables.</summary>
internal static class TableCatalog
{
    public static readonly IReadOnlyList<string> Schema =
    [
        """
        CREATE TABLE tables (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE UNIQUE);
        CREATE TABLE entities (
            table_id INTEGER NOT NULL, pk BLOB NOT NULL, rk BLOB NOT NULL, stamp INTEGER NOT NULL, properties BLOB NOT NULL,
            PRIMARY KEY (table_id, pk, rk)) WITHOUT ROWID;
        """,
    ];

    public static long? Find(SqliteConnection connection, string table)
    {
        var read = connection.Statement("SELECT id FROM tables WHERE name=?1").Bind(1, table);
        long? id = read.Step() ? read.Int64(0) : null;
        read.Reset();
        return id;
    }

    public static bool Create(SqliteConnection connection, string table) =>
        connection.Statement("INSERT OR IGNORE INTO tables (name) VALUES (?1)").Bind(1, table).Run() == 1;

    public static bool Delete(SqliteConnection connection, string table)
    {
        if (Find(connection, table) is not { } id)
            return false;
        connection.Statement("DELETE FROM entities WHERE table_id=?1").Bind(1, id).Run();
        connection.Statement("DELETE FROM tables WHERE id=?1").Bind(1, id).Run();
        return true;
    }

    public static (List<TableItem> Tables, string? Next) Page(SqliteConnection connection, Filter? filter, string start, int take)
    {
        var tables = new List<TableItem>();
        var read = connection.Statement("SELECT name FROM tables WHERE name>=?1 ORDER BY name").Bind(1, start);
        try
        {
            while (read.Step())
            {
                var name = read.Text(0);
                if (filter is not null && !filter.Matches(name, static (table, property) => property == "TableName" ? table : null))
                    continue;
                if (tables.Count == take)
                    return (tables, name);
                tables.Add(new TableItem(name));
            }
        }
        finally
        {
            read.Reset();
        }

        return (tables, null);
    }
}
