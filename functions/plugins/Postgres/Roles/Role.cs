using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Server::Role")]
[Description("A user or a group of users of the server.")]
public sealed record Role
{
    [CreateOnly]
    public required string Name { get; init; }

    [Description("Whether it may connect. Default false.")]
    public bool? Login { get; init; }

    [Opaque, WriteOnly, Description("Sent as a SCRAM-SHA-256 verifier, never in the open. Left out, the password stays as it is.")]
    public string? Password { get; init; }

    [Description("An instant such as 2030-01-31T00:00:00Z, after which the password is worth nothing. Default: never.")]
    public string? ValidUntil { get; init; }

    [Description("Default false.")]
    public bool? Superuser { get; init; }

    [Description("Whether it may create databases. Default false.")]
    public bool? CreateDatabase { get; init; }

    [Description("Whether it may create roles. Default false.")]
    public bool? CreateRole { get; init; }

    [Description("Whether it has the privileges of the roles that it is a member of without asking for them. Default true.")]
    public bool? Inherit { get; init; }

    [Description("Default false.")]
    public bool? Replication { get; init; }

    [Description("Whether policies on rows do not count for it. Default false.")]
    public bool? BypassRowSecurity { get; init; }

    [Description("Connections at the same time; -1, the default, is no limit.")]
    public int? ConnectionLimit { get; init; }

    [Description("Run-time settings that its sessions begin with, such as search_path, in any database.")]
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    public string? Comment { get; init; }
}

internal sealed record RoleRow
{
    public bool Login { get; init; }

    public bool Superuser { get; init; }

    public bool CreateDatabase { get; init; }

    public bool CreateRole { get; init; }

    public bool Inherit { get; init; }

    public bool Replication { get; init; }

    public bool BypassRowSecurity { get; init; }

    public int ConnectionLimit { get; init; }

    public string? ValidUntil { get; init; }

    public IReadOnlyList<string>? Settings { get; init; }

    public string? Comment { get; init; }
}
