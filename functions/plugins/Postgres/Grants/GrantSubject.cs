namespace Formae.Plugins.Postgres;

/// <summary>What each kind of grant is on: its place in the catalog, its words in a statement, and the privileges that it knows.</summary>
/// <param name="Words">Before the object's name in GRANT and REVOKE.</param>
/// <param name="NameCount">Names between the kind and the role in a native id.</param>
/// <param name="Objects">A query for the objects, who may do what with them, and who might before anybody granted or revoked anything; $2 is the schema and $3 the object.</param>
/// <param name="Privileges">What can be granted.</param>
internal sealed record GrantSubject(string Words, int NameCount, string Objects, params string[] Privileges)
{
    private const string Relations = "pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $2";
    private const string Routines = "pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace WHERE nspname = $2";
    private const string TableAcl = $"SELECT pg_class.oid, coalesce(relacl, {TableDefault}), {TableDefault}";
    private const string TableDefault = "acldefault('r', relowner)";
    private const string SequenceAcl = $"SELECT pg_class.oid, coalesce(relacl, {SequenceDefault}), {SequenceDefault}";
    private const string SequenceDefault = "acldefault('s', relowner)";
    private const string RoutineAcl = $"SELECT pg_proc.oid, coalesce(proacl, acldefault('f', proowner)), {RoutineDefault}";

    private static readonly string[] OfTables = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"];
    private static readonly string[] OfSequences = ["SELECT", "UPDATE", "USAGE"];

    /// <summary>What a database grants by itself.</summary>
    public const string DatabaseDefault = "acldefault('d', datdba)";

    /// <summary>The same of a schema: the schema public comes with grants of its own.</summary>
    public const string SchemaDefault = "coalesce((SELECT initprivs FROM pg_init_privs WHERE objoid = n.oid AND classoid = 'pg_namespace'::regclass), acldefault('n', nspowner))";

    /// <summary>The same of a routine: those of extensions may come with less than others.</summary>
    public const string RoutineDefault = "coalesce((SELECT initprivs FROM pg_init_privs WHERE objoid = pg_proc.oid AND classoid = 'pg_proc'::regclass), acldefault('f', proowner))";

    /// <summary>How a routine is called among those of its schema: with the types that tell it from others of its name.</summary>
    public const string RoutineName = "quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')'";

    public bool IsMany => Words.StartsWith("ALL ", StringComparison.Ordinal);

    public static GrantSubject Of(GrantKind kind) => kind switch
    {
        GrantKind.Database => new("DATABASE", 0, $"SELECT oid, coalesce(datacl, {DatabaseDefault}), {DatabaseDefault} FROM pg_database WHERE datname = current_database()", "CREATE", "CONNECT", "TEMPORARY"),
        GrantKind.Schema => new("SCHEMA", 1, $"SELECT oid, coalesce(nspacl, acldefault('n', nspowner)), {SchemaDefault} FROM pg_namespace AS n WHERE nspname = $2", "USAGE", "CREATE"),
        GrantKind.Table => new("TABLE", 2, $"{TableAcl} FROM {Relations} AND relname = $3 AND relkind IN ('r', 'p', 'v', 'm', 'f')", OfTables),
        GrantKind.Sequence => new("SEQUENCE", 2, $"{SequenceAcl} FROM {Relations} AND relname = $3 AND relkind = 'S'", OfSequences),
        GrantKind.Function => new("ROUTINE", 2, $"{RoutineAcl} FROM {Routines} AND {RoutineName} = $3", "EXECUTE"),
        GrantKind.AllTablesInSchema => new("ALL TABLES IN SCHEMA", 1, $"{TableAcl} FROM {Relations} AND relkind IN ('r', 'p', 'v', 'm', 'f')", OfTables),
        GrantKind.AllSequencesInSchema => new("ALL SEQUENCES IN SCHEMA", 1, $"{SequenceAcl} FROM {Relations} AND relkind = 'S'", OfSequences),
        GrantKind.AllFunctionsInSchema => new("ALL ROUTINES IN SCHEMA", 1, $"{RoutineAcl} FROM {Routines}", "EXECUTE"),
        _ => throw RefusedException.Invalid($"'On' is {kind}, which is no kind of a grant."),
    };
}
