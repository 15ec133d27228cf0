using System.Security.Cryptography;
using System.Text;
using Formae.Sdk;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>
/// One pool of connections for each target and database, as PostgreSQL wants it: a connection is to one database. A pool that has not been used for longest makes room for another; it is
/// emptied, and not disposed of, for somebody may be about to take a connection from it.
/// </summary>
internal sealed class PostgresConnections(IConfiguration settings, TimeProvider time) : IDisposable, IAsyncDisposable
{
    private const int MostPools = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pool> _pools = new(StringComparer.Ordinal);

    // Connections that nobody waits for any more, until they are closed.
    private readonly HashSet<Task> _closing = [];

    static PostgresConnections()
    {
        // A statement goes to the server as it is: parameters are $1, and a second statement behind a semicolon is refused there.
        AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);
    }

    /// <summary>How many pools there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _pools.Count;
        }
    }

    /// <exception cref="TargetConfigException">The target's config does not say how to connect.</exception>
    public ConnectionSettings SettingsOf(OperationContext request) => ConnectionSettings.Of(request.Target<PostgresTarget>(), settings);

    /// <summary>A session of its own in a database; null is the one for what belongs to the server as a whole.</summary>
    /// <exception cref="RefusedException">There is no database for what belongs to the server as a whole.</exception>
    public async Task<Session> OpenAsync(OperationContext request, string? database, CancellationToken cancellationToken)
    {
        var target = SettingsOf(request);
        try
        {
            return new Session(await ConnectAsync(PoolOf(target, database ?? target.Maintenance), cancellationToken).ConfigureAwait(false), target, cancellationToken);
        }
        catch (PostgresException no) when (database is null && no.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // It says nothing of what was asked for: roles and other databases may well be there.
            throw RefusedException.Invalid($"The target connects to the database '{target.Maintenance}' for what belongs to the server as a whole, and there is none of this name. Set 'Database' to one that is there.");
        }
    }

    /// <summary>Lets go of the connections to a database that nobody uses at the moment: a database that is connected to cannot be dropped or renamed.</summary>
    public void LetGo(ConnectionSettings target, string database) => PoolOf(target, database).Clear();

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var pool in _pools.Values)
                pool.Source.Dispose();
            _pools.Clear();
        }
    }

    /// <summary>Waits for connections that are still being made, as long as the driver does.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] closing;
        lock (_lock)
            closing = [.. _closing];
        await Task.WhenAll(closing).ConfigureAwait(false);
        Dispose();
    }

    /// <summary>The driver looks at no token while it logs in: a call that is over goes, and its connection is closed when it comes.</summary>
    private async Task<NpgsqlConnection> ConnectAsync(NpgsqlDataSource pool, CancellationToken cancellationToken)
    {
        var connection = pool.CreateConnection();
        var opening = connection.OpenAsync(cancellationToken);
        try
        {
            await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            lock (_lock)
            {
                _closing.RemoveWhere(static closing => closing.IsCompleted);
                _closing.Add(CloseAsync(connection, opening));
            }

            throw;
        }
    }

    private static async Task CloseAsync(NpgsqlConnection connection, Task opening)
    {
        await using (connection)
        {
            try
            {
                await opening.ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is NpgsqlException or OperationCanceledException)
            {
                // Whoever waited has been told, or has gone.
            }
        }
    }

    private NpgsqlDataSource PoolOf(ConnectionSettings target, string database)
    {
        var text = target.ConnectionString(database);
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        lock (_lock)
        {
            if (!_pools.TryGetValue(key, out var pool))
            {
                if (_pools.Count >= MostPools)
                {
                    var oldest = _pools.MinBy(one => one.Value.Used).Key;
                    _pools.Remove(oldest, out var idle);
                    idle!.Source.Clear();
                }

                _pools.Add(key, pool = new Pool(NpgsqlDataSource.Create(text)));
            }

            pool.Used = time.GetTimestamp();
            return pool.Source;
        }
    }

    private sealed class Pool(NpgsqlDataSource source)
    {
        public NpgsqlDataSource Source { get; } = source;

        public long Used { get; set; }
    }
}
