using System.Globalization;
using Formae.Sdk;

namespace Formae.Plugins.Postgres;

internal sealed class RoleHandler(PostgresConnections connections) : TransactionalHandler<Role>(connections)
{
    private const string Forever = "infinity";

    protected override int NameCount => 1;

    protected override bool IsOfServer => true;

    protected override string[] NamesOf(Role desired) => [desired.Name];

    protected override async Task<Live<Role>?> FindAsync(Session session, string[] names, Role? form)
    {
        var row = await session.JsonAsync(
            """
            SELECT json_build_object(
              'Login', rolcanlogin, 'Superuser', rolsuper, 'CreateDatabase', rolcreatedb, 'CreateRole', rolcreaterole, 'Inherit', rolinherit, 'Replication', rolreplication,
              'BypassRowSecurity', rolbypassrls, 'ConnectionLimit', rolconnlimit,
              'ValidUntil', CASE WHEN isfinite(rolvaliduntil) THEN to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE rolvaliduntil::text END,
              'Settings', (SELECT setconfig FROM pg_db_role_setting WHERE setrole = r.oid AND setdatabase = 0),
              'Comment', shobj_description(oid, 'pg_authid'))::text
            FROM pg_roles AS r WHERE rolname = $1
            """,
            PostgresJson.Default.RoleRow,
            names[0]).ConfigureAwait(false);
        if (row is null)
            return null;
        var (comment, mark) = OwnMark.Read(row.Comment);
        return new Live<Role>(
            new Role
            {
                Name = names[0],
                Login = Shown.Of(row.Login, false, form?.Login),
                Superuser = Shown.Of(row.Superuser, false, form?.Superuser),
                CreateDatabase = Shown.Of(row.CreateDatabase, false, form?.CreateDatabase),
                CreateRole = Shown.Of(row.CreateRole, false, form?.CreateRole),
                Inherit = Shown.Of(row.Inherit, true, form?.Inherit),
                Replication = Shown.Of(row.Replication, false, form?.Replication),
                BypassRowSecurity = Shown.Of(row.BypassRowSecurity, false, form?.BypassRowSecurity),
                ConnectionLimit = Shown.Of(row.ConnectionLimit, -1, form?.ConnectionLimit),
                ValidUntil = ShownInstant(row.ValidUntil, form?.ValidUntil),
                Settings = SettingList.Of(row.Settings, form?.Settings),
                Comment = Shown.Comment(comment, form?.Comment),
            },
            mark);
    }

    protected override async Task MakeAsync(Session session, string[] names, Role desired, string mark)
    {
        var role = Quoted.Name(desired.Name);
        await session.ExecuteAsync($"CREATE ROLE {role}{Options(desired, new Role { Name = desired.Name })}").ConfigureAwait(false);
        foreach (var setting in SettingList.Changes($"ROLE {role}", desired.Settings, null))
            await session.ExecuteAsync(setting).ConfigureAwait(false);
        await session.ExecuteAsync($"COMMENT ON ROLE {role} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, mark))}").ConfigureAwait(false);
    }

    protected override async Task ChangeAsync(Session session, string[] names, Role desired, Live<Role> live)
    {
        var role = Quoted.Name(names[0]);
        if (Options(desired, live.Properties) is { Length: > 0 } options)
            await session.ExecuteAsync($"ALTER ROLE {role}{options}").ConfigureAwait(false);
        foreach (var setting in SettingList.Changes($"ROLE {role}", desired.Settings, live.Properties.Settings))
            await session.ExecuteAsync(setting).ConfigureAwait(false);
        if ((desired.Comment ?? "") != (live.Properties.Comment ?? ""))
            await session.ExecuteAsync($"COMMENT ON ROLE {role} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, live.Mark))}").ConfigureAwait(false);
    }

    protected override Task RemoveAsync(Session session, string[] names, Role prior) => session.ExecuteAsync($"DROP ROLE {Quoted.Name(names[0])}");

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Role> request) =>
        ($"SELECT {NativeId.Sql("rolname")} FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'", []);

    /// <summary>Only what differs: some options may only be named by those who have them.</summary>
    private static string Options(Role desired, Role live)
    {
        var options = "";
        Flag("LOGIN", desired.Login, live.Login);
        Flag("SUPERUSER", desired.Superuser, live.Superuser);
        Flag("CREATEDB", desired.CreateDatabase, live.CreateDatabase);
        Flag("CREATEROLE", desired.CreateRole, live.CreateRole);
        Flag("INHERIT", desired.Inherit, live.Inherit, usual: true);
        Flag("REPLICATION", desired.Replication, live.Replication);
        Flag("BYPASSRLS", desired.BypassRowSecurity, live.BypassRowSecurity);
        if ((desired.ConnectionLimit ?? -1) != (live.ConnectionLimit ?? -1))
            options += string.Create(CultureInfo.InvariantCulture, $" CONNECTION LIMIT {desired.ConnectionLimit ?? -1}");
        if (Instant(desired.ValidUntil) is var until && until != Instant(live.ValidUntil))
            options += $" VALID UNTIL {Quoted.Text(until is { } end ? Iso(end) : Forever)}";
        if (desired.Password is { } password)
            options += $" PASSWORD {Quoted.Text(ScramVerifier.Of(password))}";
        return options;

        void Flag(string name, bool? wanted, bool? there, bool usual = false)
        {
            if ((wanted ?? usual) != (there ?? usual))
                options += $" {((wanted ?? usual) ? "" : "NO")}{name}";
        }
    }

    private static string? ShownInstant(string? live, string? written)
    {
        var until = Instant(live);
        if (until is null)
            return written is Forever ? written : null;
        return TryInstant(written, out var same) && same == until ? written : Iso(until.Value);
    }

    private static DateTimeOffset? Instant(string? text) => TryInstant(text, out var instant)
        ? instant
        : throw RefusedException.Invalid($"'ValidUntil' is '{text}', which is no instant such as 2030-01-31T00:00:00Z.");

    private static bool TryInstant(string? text, out DateTimeOffset? instant)
    {
        instant = null;
        if (text is null or Forever)
            return true;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed))
            return false;
        instant = parsed;
        return true;
    }

    private static string Iso(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
