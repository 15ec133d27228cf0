using Formae.Sdk;

namespace Formae.Plugins.Postgres;

internal sealed class GrantHandler(PostgresConnections connections) : TransactionalHandler<Grant>(connections)
{
    /// <summary>Everybody; PostgreSQL lets no role have this name.</summary>
    private const string Everybody = "public";

    /// <summary>Marks a grant on all of nothing, which is whatever it is said to be.</summary>
    private const string OnNothing = "nothing";

    private readonly RecentCreates _recent = new();

    protected override int NameCount => 3;

    protected override string[] NamesIn(string nativeId)
    {
        var kind = nativeId.Split('/') is { Length: > 1 } names && Enum.TryParse<GrantKind>(names[1], out var known) && Enum.IsDefined(known)
            ? known
            : throw RefusedException.Invalid($"'{nativeId}' is no id of a grant: its second name must be one of {string.Join(", ", Enum.GetNames<GrantKind>())}.");
        return NativeId.Names(nativeId, NameCount + GrantSubject.Of(kind).NameCount);
    }

    protected override string[] NamesOf(Grant desired)
    {
        var subject = GrantSubject.Of(desired.On);
        if (desired.Schema is null != subject.NameCount < 1)
            throw RefusedException.Invalid($"'Schema' is {(subject.NameCount < 1 ? "for everything but a database" : $"missing: 'On' is {desired.On}")}.");
        if (desired.Object is null != subject.NameCount < 2)
            throw RefusedException.Invalid($"'Object' is {(subject.NameCount < 2 ? "for one table, sequence or function only" : $"missing: 'On' is {desired.On}")}.");
        CheckPrivileges(subject, desired);
        string?[] names = [desired.Database, desired.On.ToString(), desired.Schema, desired.Object, desired.Role];
        return [.. names.OfType<string>()];
    }

    protected override async Task<string[]> ResolveAsync(Session session, string[] names)
    {
        if (KindOf(names) != GrantKind.Function)
            return names;
        var routine = await RoutineAsync(session, names[2], names[3]).ConfigureAwait(false) ?? throw new RefusedException(Problems.NotFound($"The function {names[3]} does not exist in schema '{names[2]}'."));
        return [.. names[..3], routine, names[4]];
    }

    protected override async Task<Live<Grant>?> FindAsync(Session session, string[] names, Grant? form)
    {
        var kind = KindOf(names);
        var subject = GrantSubject.Of(kind);
        var (schema, item) = (subject.NameCount > 0 ? names[2] : null, subject.NameCount > 1 ? names[3] : null);
        var row = await session.JsonAsync(
            $$"""
            WITH objects (oid, acl) AS ({{subject.Objects}}),
            held AS (
              SELECT objects.oid, privilege_type, bool_or(is_grantable) AS is_grantable FROM objects, aclexplode(acl)
              WHERE grantee = CASE $1 WHEN '{{Everybody}}' THEN 0 ELSE (SELECT oid FROM pg_roles WHERE rolname = $1) END AND ($2::text IS NULL OR true) AND ($3::text IS NULL OR true)
              GROUP BY objects.oid, privilege_type),
            common AS (SELECT privilege_type, bool_and(is_grantable) AS is_grantable FROM held GROUP BY privilege_type HAVING count(*) = (SELECT count(*) FROM objects))
            SELECT json_build_object('Objects', (SELECT count(*) FROM objects),
              'Privileges', coalesce((SELECT json_agg(json_build_object('Name', privilege_type, 'Grantable', is_grantable) ORDER BY privilege_type) FROM common), '[]'))::text
            """,
            PostgresJson.Default.AccessRow,
            names[^1],
            schema,
            item).ConfigureAwait(false);
        if (row is { Objects: 0 } && subject.IsMany)
            return form is null ? null : new Live<Grant>(form, OnNothing);
        if (row is not { Privileges.Count: > 0 })
            return null;
        var isSame = form?.Object is { } written && (written == item || (kind == GrantKind.Function && await RoutineAsync(session, schema!, written).ConfigureAwait(false) == item));
        return new Live<Grant>(new Grant
        {
            Role = names[^1],
            Database = names[0],
            On = kind,
            Schema = schema,
            Object = isSame ? form!.Object : item,
            Privileges = [.. row.Privileges.Select(privilege => privilege.Name)],
            WithGrantOption = Shown.Of([.. row.Privileges.Where(privilege => privilege.Grantable).Select(privilege => privilege.Name)], form?.WithGrantOption),
        });
    }

    protected override Task MakeAsync(Session session, string[] names, Grant desired, string mark) =>
        ApplyAsync(session, names, desired, new Grant { Role = desired.Role, Database = desired.Database, On = desired.On, Privileges = [] });

    protected override Task ChangeAsync(Session session, string[] names, Grant desired, Live<Grant> live) => live.Mark == OnNothing ? Task.CompletedTask : ApplyAsync(session, names, desired, live.Properties);

    protected override async Task RemoveAsync(Session session, string[] names, Grant prior)
    {
        // Of many objects only what this grant has brought: each of them may have grants of its own.
        var subject = GrantSubject.Of(KindOf(names));
        var privileges = subject.IsMany ? string.Join(", ", Known(subject, nameof(Grant.Privileges), prior.Privileges)) : "ALL PRIVILEGES";
        if (privileges.Length > 0)
            await session.ExecuteAsync($"REVOKE {privileges} ON {Target(names)} FROM {Grantee(names)}").ConfigureAwait(false);
        if (!subject.IsMany && await FindAsync(session, names, null).ConfigureAwait(false) is { } left)
            throw new RefusedException(Problems.ResourceConflict($"The role '{names[^1]}' still has {string.Join(", ", left.Properties.Privileges)}: somebody else has granted it, and only who has granted can revoke."));
    }

    protected override string LockOf(string[] names) => $"grants {(GrantSubject.Of(KindOf(names)).NameCount > 0 ? names[2] : "")}";

    // Privileges have no place for a mark. Those on all objects of a schema are a short way to write many, and none of them was there before as such.
    protected override bool IsOwn(Live<Grant> there, string mark) => there.Mark == OnNothing || _recent.Contains(mark);

    protected override bool IsOwnInDoubt(Live<Grant> there, string mark) => true;

    protected override bool MayBeThere(string[] names) => GrantSubject.Of(KindOf(names)).IsMany;

    protected override void Remember(string mark) => _recent.Add(mark);

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Grant> request)
    {
        const string OfUsers = $"{SchemaHandler.NotOfServer} AND grantee <> ";
        var role = $"CASE grantee WHEN 0 THEN '{Everybody}' ELSE pg_get_userbyid(grantee) END";
        return (
            $"""
            SELECT DISTINCT {Id(GrantKind.Database)} FROM pg_database, aclexplode(datacl) WHERE datname = current_database() AND grantee <> datdba
            UNION SELECT {Id(GrantKind.Schema, "nspname")} FROM pg_namespace, aclexplode(nspacl) WHERE {OfUsers}nspowner
            UNION SELECT {Id(GrantKind.Table, "nspname", "relname")} FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace, aclexplode(relacl) WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {OfUsers}relowner
            UNION SELECT {Id(GrantKind.Sequence, "nspname", "relname")} FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace, aclexplode(relacl) WHERE relkind = 'S' AND {OfUsers}relowner
            UNION SELECT {Id(GrantKind.Function, "nspname", GrantSubject.RoutineName)} FROM pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace, aclexplode(proacl) WHERE {OfUsers}proowner
            """,
            []);

        string Id(GrantKind kind, params string[] names) => NativeId.Sql(["current_database()", $"'{kind}'", .. names.Select(name => $"({name})"), $"({role})"]);
    }

    private static async Task ApplyAsync(Session session, string[] names, Grant desired, Grant live)
    {
        var subject = GrantSubject.Of(desired.On);
        var (wanted, options) = CheckPrivileges(subject, desired);
        var (on, role) = (Target(names), Grantee(names));
        await RunAsync("REVOKE {0} ON {1} FROM {2}", live.Privileges.Except(wanted)).ConfigureAwait(false);
        await RunAsync("REVOKE GRANT OPTION FOR {0} ON {1} FROM {2}", (live.WithGrantOption ?? []).Except(options).Intersect(wanted)).ConfigureAwait(false);
        await RunAsync("GRANT {0} ON {1} TO {2}", wanted.Except(live.Privileges)).ConfigureAwait(false);
        await RunAsync("GRANT {0} ON {1} TO {2} WITH GRANT OPTION", options.Except(live.WithGrantOption ?? [])).ConfigureAwait(false);

        Task RunAsync(string statement, IEnumerable<string> privileges) => string.Join(", ", privileges) is { Length: > 0 } list
            ? session.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, list, on, role))
            : Task.CompletedTask;
    }

    private static (IReadOnlyList<string> Wanted, IReadOnlyList<string> Options) CheckPrivileges(GrantSubject subject, Grant desired)
    {
        var wanted = Known(subject, nameof(Grant.Privileges), desired.Privileges);
        var options = Known(subject, nameof(Grant.WithGrantOption), desired.WithGrantOption ?? []);
        if (wanted.Count == 0)
            throw RefusedException.Invalid("'Privileges' is empty; a grant without privileges is none.");
        if (options.Except(wanted).FirstOrDefault() is { } stray)
            throw RefusedException.Invalid($"'WithGrantOption' has {stray}, which 'Privileges' has not.");
        return (wanted, options);
    }

    /// <summary>They become words of a statement, so only words that are known pass.</summary>
    private static IReadOnlyList<string> Known(GrantSubject subject, string path, IReadOnlyList<string> privileges) =>
        privileges.FirstOrDefault(privilege => !subject.Privileges.Contains(privilege)) is { } unknown
            ? throw RefusedException.Invalid($"'{path}' has '{unknown}'; known here are {string.Join(", ", subject.Privileges)}.")
            : [.. privileges.Distinct()];

    private static string Target(string[] names)
    {
        var kind = KindOf(names);
        var subject = GrantSubject.Of(kind);
        return $"{subject.Words} " + (subject.NameCount switch
        {
            0 => Quoted.Name(names[0]),
            1 => Quoted.Name(names[2]),

            // As the server has written it, quotes and all.
            _ when kind == GrantKind.Function => $"{Quoted.Name(names[2])}.{Expression.Checked(nameof(Grant.Object), names[3])}",
            _ => Quoted.Name(names[2], names[3]),
        });
    }

    private static string Grantee(string[] names) => names[^1] == Everybody ? "PUBLIC" : Quoted.Name(names[^1]);

    private static GrantKind KindOf(string[] names) => Enum.Parse<GrantKind>(names[1]);

    private static Task<string?> RoutineAsync(Session session, string schema, string written) => session.TextAsync(
        $"SELECT {GrantSubject.RoutineName} FROM pg_proc WHERE oid = to_regprocedure($1)",
        $"{Quoted.Name(schema)}.{Expression.Checked(nameof(Grant.Object), written)}");
}
