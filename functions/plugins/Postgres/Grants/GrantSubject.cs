namespace Formae.Plugins.Postgres;

/// <summary>What each kind of grant is on: its place in the catalog, its words in a statement, and the privileges that it knows.</summary>
/// <param name="Words">Before the object's name in GRANT and REVOKE.</param>
/// <param name="NameCount">Names between the kind and the role in a native id.</param>
/// <param name="Objects">A query for the objects and who may do what with them; $2 is the schema and $3 the object.</param>
/// <param name="Privileges">What can be granted.</param>
internal sealed record GrantSubject(string Words, int NameCount, string Objects, params string[] Privileges)
{
    private const string Relations = "pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $2";
    private const string Routines = "pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace WHERE nspname = $2";
    private const string TableAcl = "SELECT pg_class.oid, coalesce(relacl, acldefault('r', relowner))";
    private const string SequenceAcl = "SELECT pg_class.oid, coalesce(relacl, acldefault('s', relowner))";
    private const string RoutineAcl = "SELECT pg_proc.oid, coalesce(proacl, acldefault('f', proowner))";

    private static readonly string[] OfTables = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"];
    private static readonly string[] OfSequences = ["SELECT", "UPDATE", "USAGE"];

    /// <summary>How a routine is called among those of its schema: with the types that tell it from others of its name.</summary>
    public const string RoutineName = "quote_ident(proname) || '(' || oidvectortypes(proargtypes) || ')'";

    public bool IsMany => Words.StartsWith("ALL ", StringComparison.Ordinal);

    public static GrantSubject Of(GrantKind kind) => kind switch
    {
        GrantKind.Database => new("DATABASE", 0, "SELECT oid, coalesce(datacl, acldefault('d', datdba)) FROM pg_database WHERE datname = current_database()", "CREATE", "CONNECT", "TEMPORARY"),
        GrantKind.Schema => new("SCHEMA", 1, "SELECT oid, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname = $2", "USAGE", "CREATE"),
        GrantKind.Table => new("TABLE", 2, $"{TableAcl} FROM {Relations} AND relname = $3 AND relkind IN ('r', 'p', 'v', 'm', 'f')", OfTables),
        GrantKind.Sequence => new("SEQUENCE", 2, $"{SequenceAcl} FROM {Relations} AND relname = $3 AND relkind = 'S'", OfSequences),
        GrantKind.Function => new("ROUTINE", 2, $"{RoutineAcl} FROM {Routines} AND {RoutineName} = $3", "EXECUTE"),
        GrantKind.AllTablesInSchema => new("ALL TABLES IN SCHEMA", 1, $"{TableAcl} FROM {Relations} AND relkind IN ('r', 'p', 'v', 'm', 'f')", OfTables),
        GrantKind.AllSequencesInSchema => new("ALL SEQUENCES IN SCHEMA", 1, $"{SequenceAcl} FROM {Relations} AND relkind = 'S'", OfSequences),
        GrantKind.AllFunctionsInSchema => new("ALL ROUTINES IN SCHEMA", 1, $"{RoutineAcl} FROM {Routines}", "EXECUTE"),
        _ => throw RefusedException.Invalid($"'On' is {kind}, which is no kind of a grant."),
    };
}
