using System.Globalization;
using Formae.Sdk;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>How to connect to the server of a target.</summary>
internal sealed record ConnectionSettings
{
    /// <summary>Says in the server's list of sessions who that is, and tells own sessions from others'.</summary>
    public const string ApplicationName = "formae-postgres";

    private const int MostConnections = 8;
    private const int DefaultPort = 5432;

    private readonly string _template;

    private ConnectionSettings(string template, PostgresTarget target, string database)
    {
        _template = template;
        Maintenance = database;
        StatementTimeout = TimeSpan.FromSeconds(target.StatementTimeoutSeconds);
        LockTimeout = TimeSpan.FromSeconds(target.LockTimeoutSeconds);
    }

    /// <summary>The database for what belongs to the server as a whole.</summary>
    public string Maintenance { get; }

    public TimeSpan StatementTimeout { get; }

    public TimeSpan LockTimeout { get; }

    /// <exception cref="TargetConfigException">Neither the target nor the settings say where the server is or who connects, or a value is wrong.</exception>
    public static ConnectionSettings Of(PostgresTarget target, IConfiguration settings)
    {
        var host = target.Host ?? Setting("PGHOST") ?? throw new TargetConfigException("The target's config has no 'Host', and the setting PGHOST is not set.");
        if (target.StatementTimeoutSeconds <= 0 || target.LockTimeoutSeconds <= 0)
            throw new TargetConfigException("The target's 'StatementTimeoutSeconds' and 'LockTimeoutSeconds' must be more than nothing.");
        var port = target.Port ?? Number("PGPORT") ?? DefaultPort;
        var username = target.Username ?? Setting("PGUSER") ?? throw new TargetConfigException("The target's config has no 'Username', and the setting PGUSER is not set.");
        var least = Mode(Setting("PGSSLMODE")) ?? SslMode.Prefer;

        // The password of the settings is for their own server and user, and no document has it sent on a less safe way than they say.
        var ownPassword = target.Password is null && host == Setting("PGHOST") && port == (Number("PGPORT") ?? DefaultPort) && username == Setting("PGUSER") ? Setting("PGPASSWORD") : null;
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = port,
            Username = username,

            // Never none: the driver would look for one by itself and send it to whatever host a document names.
            Password = target.Password ?? ownPassword ?? "",
            SslMode = target.SslMode is not { } asked || (ownPassword is not null && asked < least) ? least : asked,
            RootCertificate = target.RootCertificate ?? Setting("PGSSLROOTCERT"),
            GssEncryptionMode = GssEncryptionMode.Disable,
            ApplicationName = ApplicationName,
            MaxPoolSize = MostConnections,
            ConnectionIdleLifetime = 15,
            ConnectionPruningInterval = 5,
            Timeout = 15,

            // The server's limit and the call's token end a statement.
            CommandTimeout = 0,

            // Milliseconds in which a server may still answer to a statement that was called off; a call that is over has no more time to give.
            CancellationTimeout = 500,
            Enlist = false,

            // Each session sets all that it goes by. What the driver would put before a session's first statement to forget the last one's no token ends.
            NoResetOnClose = true,
        };
        return new ConnectionSettings(builder.ConnectionString, target, target.Database ?? Setting("PGDATABASE") ?? "postgres");

        string? Setting(string name) => settings[name] is { Length: > 0 } value ? value : null;

        int? Number(string name) => Setting(name) is not { } text ? null
            : int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
            : throw new TargetConfigException($"The setting {name} is no number.");

        static SslMode? Mode(string? text) => text is null ? null
            : Enum.TryParse<SslMode>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode) ? mode
            : throw new TargetConfigException("The setting PGSSLMODE is none of disable, allow, prefer, require, verify-ca and verify-full.");
    }

    /// <summary>Holds the password.</summary>
    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_template) { Database = database }.ConnectionString;

    public override string ToString() => nameof(ConnectionSettings);
}
