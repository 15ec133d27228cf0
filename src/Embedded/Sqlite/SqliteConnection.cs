using SQLitePCL;

namespace Formae.Embedded.Sqlite;

/// <summary>
/// One open connection and its prepared statements. Not thread safe: a connection belongs to one thread at a time.
/// A thin layer over the C interface, because a durable step is a handful of tiny statements and a fuller layer costs more than they do.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    static SqliteConnection() => Batteries_V2.Init();

    private SqliteConnection(sqlite3 handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    public static SqliteConnection Open(string path, SqliteAccess access)
    {
        var flags = access == SqliteAccess.ReadOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE;
        var result = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (result != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(handle).utf8_to_string();
            raw.sqlite3_close_v2(handle);
            throw new SqliteException(result, $"{path}: {message}");
        }

        raw.sqlite3_busy_timeout(handle, 15_000);
        return new SqliteConnection(handle, path);
    }

    /// <summary>A prepared statement, kept for the life of the connection; reset and without bindings when it is handed out.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (_statements.TryGetValue(sql, out var kept))
        {
            kept.Reset();
            return kept;
        }

        var statement = Prepare(sql);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>After work that threw: a statement left in the middle of its rows would hold an old state of the file for whoever has this connection next.</summary>
    public void ResetAll()
    {
        foreach (var statement in _statements.Values)
            statement.Reset();
    }

    /// <summary>A statement that the caller disposes: for SQL made at run time, of which there may be any number of texts.</summary>
    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return new SqliteStatement(this, statement);
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public int Changes => raw.sqlite3_changes(_handle);

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_handle);

    internal void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteException(raw.sqlite3_extended_errcode(_handle), $"{Path}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        raw.sqlite3_close_v2(_handle);
        _handle.Dispose();
    }
}

internal enum SqliteAccess
{
    ReadWrite,
    ReadOnly,
}
