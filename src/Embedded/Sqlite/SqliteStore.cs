using System.Collections.Concurrent;

namespace Formae.Embedded.Sqlite;

/// <summary>
/// A database file with one writer thread and any number of readers. Writes from all callers are gathered and committed together (group commit):
/// a caller is answered after the commit that holds its work, so what was answered survives a kill at any instant.
/// </summary>
/// <remarks>
/// The journal is a write-ahead log with <c>synchronous=NORMAL</c>: a killed process loses nothing; a machine that loses power may lose the last commits,
/// never the file's consistency. <c>FULL</c> closes that gap for the price of one flush per group.
/// </remarks>
internal sealed class SqliteStore : IAsyncDisposable
{
    private const int MostWritesPerCommit = 512;

    private readonly BlockingCollection<PendingWrite> _queue = [];
    private readonly SqliteConnection _writer;
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private SqliteStore(string path, SqliteConnection writer)
    {
        Path = path;
        _writer = writer;
        _thread = new Thread(WriteLoop) { IsBackground = true, Name = $"writer {System.IO.Path.GetFileName(path)}" };
        _thread.Start();
    }

    public string Path { get; }

    /// <summary>Opens or creates the file, checks that it is sound and brings its schema up to date.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="schema">The statements of each schema version, oldest first; a file at version n runs those from n on.</param>
    /// <param name="flushEachCommit">Flush to the disk at every commit, so that a power failure loses nothing either.</param>
    /// <exception cref="CorruptStoreException">The file is not a sound database; it was not changed.</exception>
    public static SqliteStore Open(string path, IReadOnlyList<string> schema, bool flushEachCommit = false)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        if (File.Exists(path) && new FileInfo(path).Length > 0)
            RefuseIfCorrupt(path);

        var writer = SqliteConnection.Open(path, SqliteAccess.ReadWrite);
        try
        {
            writer.Execute("PRAGMA journal_mode=WAL");
            writer.Execute(flushEachCommit ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            writer.Execute("PRAGMA wal_autocheckpoint=4000");
            writer.Execute("PRAGMA cache_size=-8000");
            writer.Execute("PRAGMA temp_store=MEMORY");
            Migrate(writer, schema);
        }
        catch
        {
            writer.Dispose();
            throw;
        }

        return new SqliteStore(path, writer);
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer's connection inside the next group's transaction and answers after its commit.
    /// Work that throws is undone alone; the rest of its group is committed. It must not keep the connection and must not block.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> work)
    {
        var write = new PendingWrite<T>(work);
        try
        {
            _queue.Add(write);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(Path);
        }

        return write.Completion;
    }

    public Task WriteAsync(Action<SqliteConnection> work) => WriteAsync(connection =>
    {
        work(connection);
        return true;
    });

    /// <summary>Runs <paramref name="work"/> on a reader's connection; it sees every commit that was answered before the call.</summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (!_readers.TryTake(out var reader))
        {
            reader = SqliteConnection.Open(Path, SqliteAccess.ReadWrite);
            reader.Execute("PRAGMA query_only=1");
            reader.Execute("PRAGMA cache_size=-2000");
        }

        try
        {
            return work(reader);
        }
        catch
        {
            reader.ResetAll();
            throw;
        }
        finally
        {
            if (Volatile.Read(ref _disposed) == 0)
                _readers.Add(reader);
            else
                reader.Dispose();
        }
    }

    /// <summary>Commits what is queued, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _queue.CompleteAdding();
        await _stopped.Task;
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _writer.Dispose();
    }

    private static void RefuseIfCorrupt(string path)
    {
        try
        {
            using var probe = SqliteConnection.Open(path, SqliteAccess.ReadOnly);
            using var check = probe.Prepare("PRAGMA quick_check(1)");
            var finding = check.Step() ? check.Text(0) : "the check gave no answer";
            if (finding != "ok")
                throw new CorruptStoreException(path, finding);
        }
        catch (SqliteException e) when (e.IsCorrupt)
        {
            throw new CorruptStoreException(path, e.Message);
        }
    }

    private static void Migrate(SqliteConnection writer, IReadOnlyList<string> schema)
    {
        writer.Execute("BEGIN IMMEDIATE");
        long version;
        using (var read = writer.Prepare("PRAGMA user_version"))
            version = read.Step() ? read.Int64(0) : 0;
        if (version > schema.Count)
        {
            writer.Execute("ROLLBACK");
            throw new InvalidOperationException($"The store '{writer.Path}' was written by a newer version (schema {version}; this one knows {schema.Count}). Use that version, or a newer one.");
        }

        for (var next = (int)version; next < schema.Count; next++)
            writer.Execute(schema[next]);
        writer.Execute($"PRAGMA user_version={schema.Count}");
        writer.Execute("COMMIT");
    }

    private void WriteLoop()
    {
        var group = new List<PendingWrite>(MostWritesPerCommit);
        try
        {
            while (_queue.TryTake(out var first, Timeout.Infinite))
            {
                group.Add(first);
                while (group.Count < MostWritesPerCommit && _queue.TryTake(out var write))
                    group.Add(write);
                Commit(group);
                group.Clear();
            }
        }
        finally
        {
            _stopped.TrySetResult();
        }
    }

    private void Commit(List<PendingWrite> group)
    {
        try
        {
            _writer.Statement("BEGIN IMMEDIATE").Run();
            foreach (var write in group)
            {
                _writer.Statement("SAVEPOINT item").Run();
                if (!write.Run(_writer))
                    _writer.Statement("ROLLBACK TO item").Run();
                _writer.Statement("RELEASE item").Run();
            }

            _writer.Statement("COMMIT").Run();
        }
        catch (Exception e)
        {
            Undo();
            foreach (var write in group)
                write.Fail(e);
            return;
        }

        foreach (var write in group)
            write.Answer();
    }

    private void Undo()
    {
        try
        {
            _writer.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself (a full disk, an IO error): there is no transaction left to end.
        }
    }

    private abstract class PendingWrite
    {
        public abstract bool Run(SqliteConnection connection);

        public abstract void Answer();

        public abstract void Fail(Exception e);
    }

    private sealed class PendingWrite<T>(Func<SqliteConnection, T> work) : PendingWrite
    {
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Completion => _source.Task;

        public override bool Run(SqliteConnection connection)
        {
            try
            {
                _result = work(connection);
                return true;
            }
            catch (Exception e)
            {
                connection.ResetAll();
                _failure = e;
                return false;
            }
        }

        public override void Answer()
        {
            if (_failure is null)
                _source.SetResult(_result!);
            else
                _source.SetException(_failure);
        }

        public override void Fail(Exception e) => _source.TrySetException(_failure ?? e);
    }
}
