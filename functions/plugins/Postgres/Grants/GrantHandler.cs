using Formae.Sdk;

namespace Formae.Plugins.Postgres;

/// <summary>
/// Everybody (<c>public</c>) has privileges that nobody has granted: PostgreSQL does by itself. So what counts as a grant to everybody is what differs from that, an empty one too, and its delete gives back what was there before. A create
/// may change what PostgreSQL has granted, and what was revoked: it is in nobody's way.
/// </summary>
internal sealed class GrantHandler(PostgresConnections connections) : TransactionalHandler<Grant>(connections)
{
    /// <summary>Everybody; PostgreSQL lets no role have this name.</summary>
    private const string Everybody = "public";

    /// <summary>Marks a grant on all of nothing, which is whatever it is said to be.</summary>
    private const string OnNothing = "nothing";

    /// <summary>Marks what everybody may do because PostgreSQL has it so.</summary>
    private const string ByDefault = "default";

    /// <summary>Marks that everybody has lost what PostgreSQL grants.</summary>
    private const string Revoked = "revoked";

    /// <summary>Marks privileges where none are wanted: nobody may take them for what was wanted.</summary>
    private const string NotWanted = "not wanted";

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
        var there = await LookAsync(session, names, form).ConfigureAwait(false);

        // Unless that is what somebody wants, and so has as a grant.
        return there is { Mark: ByDefault, Properties: var usual } && (form is null || !usual.Privileges.ToHashSet().SetEquals(form.Privileges)) ? null : there;
    }

    protected override Task<Live<Grant>?> FindToChangeAsync(Session session, string[] names, Grant desired) => LookAsync(session, names, desired);

    protected override async Task MakeAsync(Session session, string[] names, Grant desired, string mark)
    {
        IReadOnlyList<string> live = [];
        if (IsOfEverybody(names))
        {
            var there = await LookAsync(session, names, desired).ConfigureAwait(false) ?? throw new RefusedException(Problems.NotFound($"What '{NativeId.Of(names)}' is about does not exist."));
            live = there.Properties.Privileges;
        }

        await ApplyAsync(session, names, desired, live, []).ConfigureAwait(false);
    }

    protected override Task ChangeAsync(Session session, string[] names, Grant desired, Live<Grant> live) =>
        live.Mark == OnNothing ? Task.CompletedTask : ApplyAsync(session, names, desired, live.Properties.Privileges, live.Properties.WithGrantOption ?? []);

    protected override async Task RemoveAsync(Session session, string[] names, Grant prior)
    {
        var subject = GrantSubject.Of(KindOf(names));
        if (IsOfEverybody(names))
        {
            var row = await RowAsync(session, names).ConfigureAwait(false);
            await ApplyAsync(session, names, row.Usual, [], [.. row.Privileges.Select(privilege => privilege.Name)], []).ConfigureAwait(false);
        }
        else
        {
            // Of many objects only what this grant has brought: each of them may have grants of its own.
            var privileges = subject.IsMany ? string.Join(", ", Known(subject, nameof(Grant.Privileges), prior.Privileges)) : "ALL PRIVILEGES";
            if (privileges.Length > 0)
                await session.ExecuteAsync($"REVOKE {privileges} ON {Target(names)} FROM {Grantee(names)}").ConfigureAwait(false);
        }

        if (!subject.IsMany && await FindAsync(session, names, null).ConfigureAwait(false) is { } left)
            throw StillHas(names, left.Properties.Privileges);
    }

    protected override string LockOf(string[] names) => $"grants {(GrantSubject.Of(KindOf(names)).NameCount > 0 ? names[2] : "")}";

    // Privileges have no place for a mark. Those on all objects of a schema are a short way to write many, and none of them was there before as such.
    protected override bool IsOwn(Live<Grant> there, string mark) => there.Mark == OnNothing || _recent.Contains(mark);

    protected override bool IsOwnInDoubt(Live<Grant> there, string mark) => there.Mark is not (ByDefault or Revoked or NotWanted);

    protected override bool MayBeThere(string[] names, Live<Grant> there) => GrantSubject.Of(KindOf(names)).IsMany || there.Mark is ByDefault or Revoked;

    protected override void Remember(string mark) => _recent.Add(mark);

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Grant> request)
    {
        const string Relations = "pg_class JOIN pg_namespace AS n ON n.oid = relnamespace";
        const string Routines = "pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace";
        const string Tables = "relkind IN ('r', 'p', 'v', 'm', 'f')";
        return (
            $"""
            SELECT DISTINCT {Id(GrantKind.Database)} FROM pg_database, aclexplode(datacl) WHERE datname = current_database() AND {OfRoles("datdba")}
            UNION SELECT {Everybodys(GrantKind.Database)} FROM pg_database WHERE datname = current_database() AND {Differs("datacl", GrantSubject.DatabaseDefault)}
            UNION SELECT {Id(GrantKind.Schema, "nspname")} FROM pg_namespace, aclexplode(nspacl) WHERE {SchemaHandler.NotOfServer} AND {OfRoles("nspowner")}
            UNION SELECT {Everybodys(GrantKind.Schema, "nspname")} FROM pg_namespace AS n WHERE {SchemaHandler.NotOfServer} AND {Differs("nspacl", GrantSubject.SchemaDefault)}
            UNION SELECT {Id(GrantKind.Table, "nspname", "relname")} FROM {Relations}, aclexplode(relacl) WHERE {Tables} AND {SchemaHandler.NotOfServer} AND {OfRoles("relowner")}
            UNION SELECT {Everybodys(GrantKind.Table, "nspname", "relname")} FROM {Relations} WHERE {Tables} AND {SchemaHandler.NotOfServer} AND {OfEverybody("relacl")} <> '{"{}"}'
            UNION SELECT {Id(GrantKind.Sequence, "nspname", "relname")} FROM {Relations}, aclexplode(relacl) WHERE relkind = 'S' AND {SchemaHandler.NotOfServer} AND {OfRoles("relowner")}
            UNION SELECT {Everybodys(GrantKind.Sequence, "nspname", "relname")} FROM {Relations} WHERE relkind = 'S' AND {SchemaHandler.NotOfServer} AND {OfEverybody("relacl")} <> '{"{}"}'
            UNION SELECT {Id(GrantKind.Function, "nspname", GrantSubject.RoutineName)} FROM {Routines}, aclexplode(proacl) WHERE {SchemaHandler.NotOfServer} AND {OfRoles("proowner")}
            UNION SELECT {Everybodys(GrantKind.Function, "nspname", GrantSubject.RoutineName)} FROM {Routines} WHERE {SchemaHandler.NotOfServer} AND {Differs("proacl", GrantSubject.RoutineDefault)}
            """,
            []);

        static string Id(GrantKind kind, params string[] names) => IdOf(kind, "pg_get_userbyid(grantee)", names);

        static string Everybodys(GrantKind kind, params string[] names) => IdOf(kind, $"'{Everybody}'", names);

        static string IdOf(GrantKind kind, string role, string[] names) => NativeId.Sql(["current_database()", $"'{kind}'", .. names.Select(name => $"({name})"), $"({role})"]);

        static string OfRoles(string owner) => $"grantee NOT IN (0, {owner})";

        static string OfEverybody(string acl) => $"ARRAY(SELECT privilege_type FROM aclexplode({acl}) WHERE grantee = 0 ORDER BY 1)";

        // Where nobody has granted anything yet there is no list, and nothing that differs.
        static string Differs(string acl, string usual) => $"{acl} IS NOT NULL AND {OfEverybody(acl)} <> {OfEverybody(usual)}";
    }

    /// <summary>What there is, whether it counts as a grant or not.</summary>
    private static async Task<Live<Grant>?> LookAsync(Session session, string[] names, Grant? form)
    {
        var kind = KindOf(names);
        var subject = GrantSubject.Of(kind);
        var row = await RowAsync(session, names).ConfigureAwait(false);
        if (row.Objects == 0 || (row.Privileges.Count == 0 && !IsOfEverybody(names)))
            return row.Objects == 0 && subject.IsMany && form is not null ? new Live<Grant>(form, OnNothing) : null;
        var (schema, item) = (subject.NameCount > 0 ? names[2] : null, subject.NameCount > 1 ? names[3] : null);
        var isSame = form?.Object is { } written && (written == item || (kind == GrantKind.Function && await RoutineAsync(session, schema!, written).ConfigureAwait(false) == item));
        IReadOnlyList<string> privileges = [.. row.Privileges.Select(privilege => privilege.Name)];
        return new Live<Grant>(
            new Grant
            {
                Role = names[^1],
                Database = names[0],
                On = kind,
                Schema = schema,
                Object = isSame ? form!.Object : item,
                Privileges = privileges,
                WithGrantOption = Shown.Of([.. row.Privileges.Where(privilege => privilege.Grantable).Select(privilege => privilege.Name)], form?.WithGrantOption),
            },
            !IsOfEverybody(names) ? null
                : privileges.ToHashSet().SetEquals(row.Usual) ? ByDefault
                : privileges.Count == 0 ? Revoked
                : form is { Privileges.Count: 0 } ? NotWanted
                : null);
    }

    private static async Task<AccessRow> RowAsync(Session session, string[] names)
    {
        var subject = GrantSubject.Of(KindOf(names));
        return await session.JsonAsync(
            $$"""
            WITH objects (oid, acl, usual) AS ({{subject.Objects}}),
            held AS (
              SELECT objects.oid, privilege_type, bool_or(is_grantable) AS is_grantable FROM objects, aclexplode(acl)
              WHERE grantee = CASE $1 WHEN '{{Everybody}}' THEN 0 ELSE (SELECT oid FROM pg_roles WHERE rolname = $1) END AND ($2::text IS NULL OR true) AND ($3::text IS NULL OR true)
              GROUP BY objects.oid, privilege_type),
            common AS (SELECT privilege_type, bool_and(is_grantable) AS is_grantable FROM held GROUP BY privilege_type HAVING count(*) = (SELECT count(*) FROM objects))
            SELECT json_build_object('Objects', (SELECT count(*) FROM objects),
              'Privileges', coalesce((SELECT json_agg(json_build_object('Name', privilege_type, 'Grantable', is_grantable) ORDER BY privilege_type) FROM common), '[]'),
              'Usual', coalesce((SELECT json_agg(DISTINCT privilege_type) FROM objects, aclexplode(usual) WHERE grantee = 0 AND $1 = '{{Everybody}}'), '[]'))::text
            """,
            PostgresJson.Default.AccessRow,
            names[^1],
            subject.NameCount > 0 ? names[2] : null,
            subject.NameCount > 1 ? names[3] : null).ConfigureAwait(false) ?? throw new InvalidOperationException("A query of one row had none.");
    }

    private static async Task ApplyAsync(Session session, string[] names, Grant desired, IReadOnlyList<string> live, IReadOnlyList<string> liveOptions)
    {
        var (wanted, options) = CheckPrivileges(GrantSubject.Of(desired.On), desired);
        await ApplyAsync(session, names, wanted, options, live, liveOptions).ConfigureAwait(false);

        // PostgreSQL only warns of what it does not revoke.
        if (IsOfEverybody(names) && (await RowAsync(session, names).ConfigureAwait(false)).Privileges.Select(privilege => privilege.Name).Except(wanted).ToList() is { Count: > 0 } left)
            throw StillHas(names, left);
    }

    private static async Task ApplyAsync(Session session, string[] names, IReadOnlyList<string> wanted, IReadOnlyList<string> options, IReadOnlyList<string> live, IReadOnlyList<string> liveOptions)
    {
        var (on, role) = (Target(names), Grantee(names));
        await RunAsync("REVOKE {0} ON {1} FROM {2}", live.Except(wanted)).ConfigureAwait(false);
        await RunAsync("REVOKE GRANT OPTION FOR {0} ON {1} FROM {2}", liveOptions.Except(options).Intersect(wanted)).ConfigureAwait(false);
        await RunAsync("GRANT {0} ON {1} TO {2}", wanted.Except(live)).ConfigureAwait(false);
        await RunAsync("GRANT {0} ON {1} TO {2} WITH GRANT OPTION", options.Except(liveOptions)).ConfigureAwait(false);

        Task RunAsync(string statement, IEnumerable<string> privileges) => string.Join(", ", privileges) is { Length: > 0 } list
            ? session.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, list, on, role))
            : Task.CompletedTask;
    }

    private static (IReadOnlyList<string> Wanted, IReadOnlyList<string> Options) CheckPrivileges(GrantSubject subject, Grant desired)
    {
        var wanted = Known(subject, nameof(Grant.Privileges), desired.Privileges);
        var options = Known(subject, nameof(Grant.WithGrantOption), desired.WithGrantOption ?? []);
        if (wanted.Count == 0 && (desired.Role != Everybody || subject.IsMany))
            throw RefusedException.Invalid("'Privileges' is empty; a grant without privileges is none, but for one to public on one object.");
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

    /// <summary>Whether PostgreSQL may have granted it by itself. A grant on all objects of a schema is a short way to write many, and adds to what they have.</summary>
    private static bool IsOfEverybody(string[] names) => names[^1] == Everybody && !GrantSubject.Of(KindOf(names)).IsMany;

    private static RefusedException StillHas(string[] names, IEnumerable<string> privileges) =>
        new(Problems.ResourceConflict($"The role '{names[^1]}' still has {string.Join(", ", privileges)}: somebody else has granted it, and only who has granted can revoke."));

    private static string Grantee(string[] names) => names[^1] == Everybody ? "PUBLIC" : Quoted.Name(names[^1]);

    private static GrantKind KindOf(string[] names) => Enum.Parse<GrantKind>(names[1]);

    private static Task<string?> RoutineAsync(Session session, string schema, string written) => session.TextAsync(
        $"SELECT {GrantSubject.RoutineName} FROM pg_proc WHERE oid = to_regprocedure($1)",
        $"{Quoted.Name(schema)}.{Expression.Checked(nameof(Grant.Object), written)}");
}
