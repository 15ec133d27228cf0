using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>
/// One connection for the time of one call. Everything that it asks ends with the call's token, the beginning and the end of its transaction too: those of the driver's own transactions
/// are no commands, and wait for a server that has fallen silent for as long as it likes.
/// </summary>
internal sealed class Session(NpgsqlConnection connection, ConnectionSettings target, CancellationToken cancellationToken) : IAsyncDisposable
{
    private bool _isInTransaction;

    public ConnectionSettings Target { get; } = target;

    /// <summary>The database that it is connected to.</summary>
    public string Database => connection.Database;

    /// <summary>Whether the connection has outlived what was asked so far: some errors end it.</summary>
    public bool IsOpen => connection.State == System.Data.ConnectionState.Open;

    /// <summary>The server and the database, and nothing secret.</summary>
    public string Place => $"{connection.DataSource}/{connection.Database}";

    /// <summary>The server's version, such as 15.</summary>
    public int Version => connection.PostgreSqlVersion.Major;

    /// <summary>Begins a transaction, in which names without a schema are looked for in these schemas and in the server's own only. What is not committed is undone.</summary>
    public async Task BeginAsync(params IEnumerable<string> schemas)
    {
        await using var begin = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand("BEGIN"), Settings(isLocal: true, schemas) } };
        _isInTransaction = true;
        await begin.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For statements that no transaction may hold. The settings stay until the connection goes back to its pool.</summary>
    public async Task WithoutTransactionAsync()
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Settings(isLocal: false, []) } };
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task CommitAsync()
    {
        // However the commit ends, the transaction has ended with it.
        _isInTransaction = false;
        await ExecuteAsync("COMMIT").ConfigureAwait(false);
    }

    /// <summary>Undoes what the transaction has done so far, where it has not ended by itself.</summary>
    public async Task RollbackAsync()
    {
        if (!_isInTransaction || !IsOpen)
            return;
        _isInTransaction = false;
        await ExecuteAsync("ROLLBACK").ConfigureAwait(false);
    }

    /// <summary>Does something and undoes it, whatever comes of it.</summary>
    public async Task<T> TryOutAsync<T>(Func<Task<T>> work)
    {
        await ExecuteAsync("SAVEPOINT formae_before").ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            // After a cancellation, or an error that ended the connection, nothing more can be said on it; the transaction is undone with it.
            if (!cancellationToken.IsCancellationRequested && IsOpen)
                await ExecuteAsync("ROLLBACK TO SAVEPOINT formae_before").ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nobody else who asks for this name in this way is at work in this database.</summary>
    public Task LockAsync(string name) => ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended($1, 7077))", name);

    public async Task ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first row, made of it what <paramref name="read"/> makes; the default where there is none.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(reader) : default;
    }

    /// <summary>The first column of the first row as text; null where there is no row, or nothing in it.</summary>
    public Task<string?> TextAsync(string sql, params object?[] parameters) => FirstAsync(sql, static row => row.IsDBNull(0) ? null : row.GetString(0), parameters);

    public async Task<List<T>> AllAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A row whose only column is a JSON text; null where there is none.</summary>
    public async Task<T?> JsonAsync<T>(string sql, JsonTypeInfo<T> json, params object?[] parameters)
        where T : class =>
        await TextAsync(sql, parameters).ConfigureAwait(false) is { } text ? JsonSerializer.Deserialize(text, json) : null;

    /// <summary>Gives the connection back. A transaction that was not committed is undone with that.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private NpgsqlBatchCommand Settings(bool isLocal, IEnumerable<string> schemas) => new(
        """
        SELECT set_config('search_path', $1, $4), set_config('statement_timeout', $2, $4), set_config('lock_timeout', $3, $4),
          set_config('standard_conforming_strings', 'on', $4), set_config('client_min_messages', 'warning', $4), set_config('DateStyle', 'ISO', $4), set_config('TimeZone', 'UTC', $4)
        """)
    {
        Parameters =
        {
            new NpgsqlParameter { Value = Quoted.Names(schemas) is { Length: > 0 } path ? path : "pg_catalog" },
            new NpgsqlParameter { Value = Target.StatementTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) },
            new NpgsqlParameter { Value = Target.LockTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) },
            new NpgsqlParameter { Value = isLocal },
        },
    };

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
