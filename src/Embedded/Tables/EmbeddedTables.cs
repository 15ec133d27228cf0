using System.Collections.Concurrent;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Tables;

/// <summary>
/// The table files that this process has open. Clients of one file share one store, and since clients cannot be disposed it stays open until the
/// process ends or a test closes it; the next use opens it again. An orderly end of the process closes all, so that the files alone hold everything.
/// </summary>
internal static class EmbeddedTables
{
    private static readonly ConcurrentDictionary<string, Lazy<TableFile>> Files = new(StringComparer.Ordinal);
    private static readonly TimeSpan LastCommits = TimeSpan.FromSeconds(5);

    static EmbeddedTables() => AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAllAsync().Wait(LastCommits);

    public static TableFile Open(string path)
    {
        var lazy = Files.GetOrAdd(path, static path => new Lazy<TableFile>(() => new TableFile(path, TimeProvider.System)));
        try
        {
            return lazy.Value;
        }
        catch
        {
            // The failure is not kept: the file may be repaired, and the next call must see that.
            Files.TryRemove(KeyValuePair.Create(path, lazy));
            throw;
        }
    }

    /// <summary>Commits what is under way and closes one file.</summary>
    public static async Task CloseAsync(string path)
    {
        if (Files.TryRemove(Path.GetFullPath(path), out var file) && file.IsValueCreated)
            await file.Value.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes every file of this process.</summary>
    public static async Task CloseAllAsync()
    {
        foreach (var path in Files.Keys)
            await CloseAsync(path).ConfigureAwait(false);
    }
}

/// <summary>One open file of tables.</summary>
internal sealed class TableFile(string path, TimeProvider time) : IAsyncDisposable
{
    private long _lastStamp;

    public SqliteStore Store { get; } = SqliteStore.Open(path, TableCatalog.Schema);

    /// <summary>A stamp later than every one before it. Only the writer's thread asks.</summary>
    public long NextStamp() => _lastStamp = Math.Max(time.GetUtcNow().UtcTicks, _lastStamp + 1);

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
