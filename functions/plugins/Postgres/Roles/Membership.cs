using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Server::Membership", Parent = "Postgres::Server::Role")]
[ParentProperty(nameof(Postgres.Role.Name), nameof(Role))]
[Description("One role is a member of another one.")]
public sealed record Membership
{
    [CreateOnly, Description("The role whose privileges the member gets.")]
    public required string Role { get; init; }

    [CreateOnly]
    public required string Member { get; init; }

    [Description("Whether the member may grant this membership to others. Default false.")]
    public bool? Admin { get; init; }

    [ProviderDefault, Description("Whether the member has the privileges without asking for them. From PostgreSQL 16; before it goes by the member.")]
    public bool? Inherit { get; init; }

    [ProviderDefault, Description("Whether the member may become the role (SET ROLE). From PostgreSQL 16; before it always may.")]
    public bool? Set { get; init; }
}

internal sealed record MembershipRow
{
    public bool Admin { get; init; }

    public bool? Inherit { get; init; }

    public bool? Set { get; init; }
}

internal sealed class MembershipHandler(PostgresConnections connections) : TransactionalHandler<Membership>(connections)
{
    private const int FirstWithOptions = 16;

    private readonly RecentCreates _recent = new();

    protected override int NameCount => 2;

    protected override bool IsOfServer => true;

    protected override string[] NamesOf(Membership desired) => [desired.Role, desired.Member];

    protected override async Task<Live<Membership>?> FindAsync(Session session, string[] names, Membership? form)
    {
        var options = session.Version >= FirstWithOptions ? ", 'Inherit', bool_or(inherit_option), 'Set', bool_or(set_option)" : "";
        var row = await session.JsonAsync(
            $"""
            SELECT json_build_object('Admin', bool_or(admin_option){options})::text
            FROM pg_auth_members JOIN pg_roles AS r ON r.oid = roleid JOIN pg_roles AS m ON m.oid = member WHERE r.rolname = $1 AND m.rolname = $2 GROUP BY roleid, member
            """,
            PostgresJson.Default.MembershipRow,
            names).ConfigureAwait(false);
        return row is null ? null : new Live<Membership>(new Membership
        {
            Role = names[0],
            Member = names[1],
            Admin = Shown.Of(row.Admin, false, form?.Admin),
            Inherit = row.Inherit,
            Set = row.Set,
        });
    }

    protected override Task MakeAsync(Session session, string[] names, Membership desired, string mark) => GrantAsync(session, names, desired);

    protected override async Task ChangeAsync(Session session, string[] names, Membership desired, Live<Membership> live)
    {
        if (session.Version < FirstWithOptions && live.Properties.Admin is true && desired.Admin is not true)
            await session.ExecuteAsync($"REVOKE ADMIN OPTION FOR {Quoted.Name(names[0])} FROM {Quoted.Name(names[1])}").ConfigureAwait(false);
        else
            await GrantAsync(session, names, desired).ConfigureAwait(false);
    }

    protected override async Task RemoveAsync(Session session, string[] names, Membership prior)
    {
        var revoke = $"REVOKE {Quoted.Name(names[0])} FROM {Quoted.Name(names[1])}";
        if (session.Version < FirstWithOptions)
        {
            await session.ExecuteAsync(revoke).ConfigureAwait(false);
            return;
        }

        // Each who has granted it has granted a membership of its own.
        var grantors = await session.AllAsync(
            """
            SELECT g.rolname::text FROM pg_auth_members
            JOIN pg_roles AS r ON r.oid = roleid JOIN pg_roles AS m ON m.oid = member JOIN pg_roles AS g ON g.oid = grantor WHERE r.rolname = $1 AND m.rolname = $2
            """,
            row => row.GetString(0),
            names).ConfigureAwait(false);
        foreach (var grantor in grantors)
            await session.ExecuteAsync($"{revoke} GRANTED BY {Quoted.Name(grantor)}").ConfigureAwait(false);
    }

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Membership> request) => (
        $"""
        SELECT DISTINCT {NativeId.Sql("r.rolname", "m.rolname")} FROM pg_auth_members JOIN pg_roles AS r ON r.oid = roleid JOIN pg_roles AS m ON m.oid = member
        WHERE ($3::text IS NULL OR r.rolname = $3) AND m.rolname NOT LIKE 'pg\_%'
        """,
        [request.Parameters.GetValueOrDefault(nameof(Membership.Role))]);

    protected override bool IsOwn(Live<Membership> there, string mark) => _recent.Contains(mark);

    // A membership has no place for a mark: the same membership is the one that the earlier attempt has made.
    protected override bool IsOwnInDoubt(Live<Membership> there, string mark) => true;

    protected override void Remember(string mark) => _recent.Add(mark);

    private static Task GrantAsync(Session session, string[] names, Membership desired)
    {
        var grant = $"GRANT {Quoted.Name(names[0])} TO {Quoted.Name(names[1])}";
        if (session.Version < FirstWithOptions)
        {
            return desired is { Inherit: not null } or { Set: not null }
                ? throw RefusedException.Invalid($"'Inherit' and 'Set' of a membership need PostgreSQL 16; this server is {session.Version}.")
                : session.ExecuteAsync(desired.Admin is true ? $"{grant} WITH ADMIN OPTION" : grant);
        }

        var options = $" WITH ADMIN {desired.Admin is true}";
        if (desired.Inherit is { } inherit)
            options += $", INHERIT {inherit}";
        if (desired.Set is { } set)
            options += $", SET {set}";
        return session.ExecuteAsync(grant + options);
    }
}
