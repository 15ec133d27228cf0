namespace Formae.Plugins.Postgres;

/// <summary>A table as the catalog has it: types and expressions as the server prints them.</summary>
internal sealed record TableRow
{
    public required string Owner { get; init; }

    public string? Comment { get; init; }

    public required IReadOnlyList<ColumnRow> Columns { get; init; }

    public required IReadOnlyList<ConstraintRow> Constraints { get; init; }

    public required IReadOnlyList<IndexRow> Indexes { get; init; }

    public ConstraintRow? PrimaryKey => Constraints.FirstOrDefault(one => one.Kind == ConstraintRow.Primary);

    public IEnumerable<ConstraintRow> Of(string kind) => Constraints.Where(one => one.Kind == kind);
}

internal sealed record ColumnRow
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required uint TypeId { get; init; }

    /// <summary>The length or precision, as the catalog packs it; -1 is none.</summary>
    public required int Modifier { get; init; }

    public required bool Nullable { get; init; }

    public string? Default { get; init; }

    public string? Generated { get; init; }

    /// <summary><c>a</c>, <c>d</c> or nothing.</summary>
    public required string Identity { get; init; }

    public string? Comment { get; init; }

    public ColumnIdentity? Numbering => Identity switch { "a" => ColumnIdentity.Always, "d" => ColumnIdentity.ByDefault, _ => null };
}

internal sealed record ConstraintRow
{
    public const string Primary = "p";
    public const string Unique = "u";
    public const string Check = "c";
    public const string Foreign = "f";

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public IReadOnlyList<string>? Columns { get; init; }

    public string? Expression { get; init; }

    public string? ReferencedSchema { get; init; }

    public string? ReferencedTable { get; init; }

    public IReadOnlyList<string>? ReferencedColumns { get; init; }

    public string? OnDelete { get; init; }

    public string? OnUpdate { get; init; }

    /// <summary>Whether both say the same, whatever the order of what a check names.</summary>
    public bool Means(ConstraintRow other) =>
        Kind == other.Kind
        && Expression == other.Expression
        && (Kind == Check || (Columns ?? []).SequenceEqual(other.Columns ?? []))
        && (ReferencedSchema, ReferencedTable, OnDelete, OnUpdate) == (other.ReferencedSchema, other.ReferencedTable, other.OnDelete, other.OnUpdate)
        && (ReferencedColumns ?? []).SequenceEqual(other.ReferencedColumns ?? []);

    public static string Letter(ForeignKeyAction? action) => action switch
    {
        ForeignKeyAction.Restrict => "r",
        ForeignKeyAction.Cascade => "c",
        ForeignKeyAction.SetNull => "n",
        ForeignKeyAction.SetDefault => "d",
        _ => "a",
    };

    public static ForeignKeyAction ActionOf(string? letter) => letter switch
    {
        "r" => ForeignKeyAction.Restrict,
        "c" => ForeignKeyAction.Cascade,
        "n" => ForeignKeyAction.SetNull,
        "d" => ForeignKeyAction.SetDefault,
        _ => ForeignKeyAction.NoAction,
    };
}

internal sealed record IndexRow
{
    public required string Name { get; init; }

    /// <summary>The statement that makes it. It alone has what follows a column, such as DESC.</summary>
    public required string Definition { get; init; }

    public required string Method { get; init; }

    public required bool Unique { get; init; }

    public required IReadOnlyList<string> Include { get; init; }

    public string? Where { get; init; }

    /// <summary>What the first parentheses of the definition hold, apart at its commas.</summary>
    public IReadOnlyList<string> Elements => Expression.FirstList(Definition);

    public bool Means(IndexRow other) =>
        (Method, Unique, Where) == (other.Method, other.Unique, other.Where) && Elements.SequenceEqual(other.Elements) && Include.SequenceEqual(other.Include);
}
