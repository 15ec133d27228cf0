using SQLitePCL;

namespace Formae.Embedded.Sqlite;

/// <summary>SQLite said no. <see cref="ResultCode"/> is its extended result code.</summary>
internal sealed class SqliteException(int resultCode, string message) : Exception(message)
{
    public int ResultCode { get; } = resultCode;

    public bool IsConstraint => (ResultCode & 0xff) == raw.SQLITE_CONSTRAINT;

    public bool IsCorrupt => (ResultCode & 0xff) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}

/// <summary>A store that cannot be trusted: it is refused as it is, and not one byte of it is changed.</summary>
internal sealed class CorruptStoreException(string path, string finding) : Exception(
    $"The store '{path}' is corrupt and was left untouched: {finding}. Restore it from a backup, or move the file (and its -wal and -shm files) away to start with an empty one.")
{
    public string Path { get; } = path;
}

/// <summary>A store that another live process owns.</summary>
internal sealed class StoreInUseException(string path, string holder) : Exception($"The store '{path}' is in use by {holder}.")
{
    public string Path { get; } = path;
}
