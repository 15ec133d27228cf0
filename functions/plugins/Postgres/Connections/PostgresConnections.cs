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
internal sealed class PostgresConnections(IConfiguration settings, TimeProvider time) : IDisposable
{
    private const int MostPools = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pool> _pools = new(StringComparer.Ordinal);

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
    public async Task<Session> OpenAsync(OperationContext request, string? database, CancellationToken cancellationToken)
    {
        var target = SettingsOf(request);
        var connection = await PoolOf(target, database ?? target.Maintenance).OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return new Session(connection, target, cancellationToken);
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
