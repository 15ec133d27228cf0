using System.Text.Json.Serialization;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>The config of a target of this plugin: one server. What is left out is taken from the app's settings PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE and PGSSLROOTCERT.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PostgresTarget
{
    /// <summary>The server's name or address.</summary>
    public string? Host { get; init; }

    /// <summary>Its port. Default 5432.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public int? Port { get; init; }

    /// <summary>The database to connect to for what belongs to the server as a whole, such as roles. Default <c>postgres</c>.</summary>
    public string? Database { get; init; }

    /// <summary>Who connects.</summary>
    public string? Username { get; init; }

    /// <summary>The password; write it as a secret. That of the settings is used only for the host of the settings.</summary>
    public string? Password { get; init; }

    /// <summary>Disable, Allow, Prefer (the default), Require, VerifyCA or VerifyFull.</summary>
    public SslMode? SslMode { get; init; }

    /// <summary>A file with the certificates that may have signed the server's. Default: those that the machine trusts.</summary>
    public string? RootCertificate { get; init; }

    /// <summary>How long a statement may take. Default 50, which is less than a call has.</summary>
    public int StatementTimeoutSeconds { get; init; } = 50;

    /// <summary>How long a statement waits for a lock that somebody else holds. Default 10.</summary>
    public int LockTimeoutSeconds { get; init; } = 10;
}
