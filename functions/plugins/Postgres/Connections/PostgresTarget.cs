using System.Text.Json.Serialization;
using Formae.Sdk;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>The config of a target of this plugin: one server. What is left out is taken from the app's settings PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE and PGSSLROOTCERT.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PostgresTarget
{
    [Description("The server's name or address.")]
    public string? Host { get; init; }

    [Description("Its port. Default 5432.")]
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public int? Port { get; init; }

    [Description("The database to connect to for what belongs to the server as a whole, such as roles. Default postgres.")]
    public string? Database { get; init; }

    [Description("Who connects.")]
    public string? Username { get; init; }

    [Opaque, Description("Whoever connects proves it by this. That of the settings is used only for the host of the settings.")]
    public string? Password { get; init; }

    [Description("Disable, Allow, Prefer (the default), Require, VerifyCA or VerifyFull.")]
    public SslMode? SslMode { get; init; }

    [Description("A file with the certificates that may have signed the server's. Default: those that the machine trusts.")]
    public string? RootCertificate { get; init; }

    [Description("How long a statement may take. Default 50, which is less than a call has.")]
    public int StatementTimeoutSeconds { get; init; } = 50;

    [Description("How long a statement waits for a lock that somebody else holds. Default 10.")]
    public int LockTimeoutSeconds { get; init; } = 10;
}
