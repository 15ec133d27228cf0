namespace Formae.Plugins.Postgres;

/// <summary>The words of statements about tables. Names are quoted; types and expressions are SQL of one piece.</summary>
internal static class TableStatements
{
    /// <summary>Everything that makes the table but its owner and its comments.</summary>
    /// <param name="table">What to make.</param>
    /// <param name="target">Its name in statements.</param>
    /// <param name="isTrial">Without constraints to other tables, which a temporary table may not have.</param>
    public static IEnumerable<string> Create(Table table, string target, bool isTrial = false)
    {
        var parts = table.Columns.Select(Column).ToList();
        if (table.PrimaryKey is { } key)
            parts.Add(PrimaryKey(key));
        parts.AddRange((table.Unique ?? []).Select(Unique));
        parts.AddRange((table.Checks ?? []).Select(Check));
        if (!isTrial)
            parts.AddRange((table.ForeignKeys ?? []).Select(foreign => ForeignKey(foreign, table.Schema)));
        yield return $"CREATE {(isTrial ? "TEMPORARY " : "")}TABLE {target} ({string.Join(", ", parts)})";
        foreach (var index in table.Indexes ?? [])
            yield return CreateIndex(index, target);
    }

    public static string Column(Column column)
    {
        var path = $"Columns[{column.Name}]";
        var text = $"{Quoted.Name(column.Name)} {Type(column)}";
        if (column is { Default: not null, Generated: not null } or { Default: not null, Identity: not null } or { Generated: not null, Identity: not null })
            throw RefusedException.Invalid($"'{path}' has more than one of Default, Generated and Identity.");
        if (column.Default is { } value)
            text += $" DEFAULT ({Expression.Checked($"{path}.Default", value)})";
        if (column.Generated is { } generated)
            text += $" GENERATED ALWAYS AS ({Expression.Checked($"{path}.Generated", generated)}) STORED";
        if (column.Identity is { } identity)
            text += $" GENERATED {Numbering(identity)} AS IDENTITY";
        return column.Nullable switch { true when column.Identity is null => $"{text} NULL", false => $"{text} NOT NULL", _ => text };
    }

    public static string Type(Column column) => Expression.Checked($"Columns[{column.Name}].Type", column.Type);

    public static string Numbering(ColumnIdentity identity) => identity == ColumnIdentity.Always ? "ALWAYS" : "BY DEFAULT";

    public static string PrimaryKey(PrimaryKey key) => $"{(key.Name is { } name ? $"CONSTRAINT {Quoted.Name(name)} " : "")}PRIMARY KEY ({Quoted.Names(key.Columns)})";

    public static string Unique(UniqueConstraint unique) => $"CONSTRAINT {Quoted.Name(unique.Name)} UNIQUE ({Quoted.Names(unique.Columns)})";

    public static string Check(CheckConstraint check) => $"CONSTRAINT {Quoted.Name(check.Name)} CHECK ({Expression.Checked($"Checks[{check.Name}].Expression", check.Expression)})";

    public static string ForeignKey(ForeignKey key, string schema) =>
        $"CONSTRAINT {Quoted.Name(key.Name)} FOREIGN KEY ({Quoted.Names(key.Columns)}) REFERENCES {Quoted.Name(key.ReferencedSchema ?? schema, key.ReferencedTable)} ({Quoted.Names(key.ReferencedColumns)})"
        + $" ON DELETE {Action(key.OnDelete)} ON UPDATE {Action(key.OnUpdate)}";

    public static string CreateIndex(Index index, string target)
    {
        var path = $"Indexes[{index.Name}]";
        var elements = index.Columns.Select((element, place) => Expression.Checked($"{path}.Columns[{place}]", element));
        var text = $"CREATE {(index.Unique is true ? "UNIQUE " : "")}INDEX {Quoted.Name(index.Name)} ON {target} USING {Quoted.Name(index.Method ?? "btree")} ({string.Join(", ", elements)})";
        if (index.Include is { Count: > 0 } include)
            text += $" INCLUDE ({Quoted.Names(include)})";
        return index.Where is { } where ? $"{text} WHERE ({Expression.Checked($"{path}.Where", where)})" : text;
    }

    private static string Action(ForeignKeyAction? action) => action switch
    {
        ForeignKeyAction.Restrict => "RESTRICT",
        ForeignKeyAction.Cascade => "CASCADE",
        ForeignKeyAction.SetNull => "SET NULL",
        ForeignKeyAction.SetDefault => "SET DEFAULT",
        _ => "NO ACTION",
    };
}
