using Formae.Embedded.Sqlite;

namespace Formae.Embedded.DurableTask.Tests;

/// <summary>Looks into the file of a hub that is closed.</summary>
internal static class HubFile
{
    public static long Count(string file, string table)
    {
        using var connection = SqliteConnection.Open(file, SqliteAccess.ReadWrite);
        using var rows = connection.Prepare($"SELECT count(*) FROM {table}");
        rows.Step();
        return rows.Int64(0);
    }

    public static void Execute(string file, string sql)
    {
        using var connection = SqliteConnection.Open(file, SqliteAccess.ReadWrite);
        connection.Execute(sql);
    }
}
