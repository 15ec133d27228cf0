using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Database::Table", Parent = "Postgres::Database::Schema")]
[ParentProperty(nameof(Postgres.Schema.Database), nameof(Database))]
[ParentProperty(nameof(Postgres.Schema.Name), nameof(Schema))]
[Description("A table with its columns, constraints and indexes. What is changed is changed in place, and only where no data can be lost.")]
public sealed record Table
{
    [CreateOnly]
    public required string Database { get; init; }

    [CreateOnly]
    public required string Schema { get; init; }

    [CreateOnly]
    public required string Name { get; init; }

    [ProviderDefault, Description("The role that owns it. Default: who connects.")]
    public string? Owner { get; init; }

    [KeyedSet(nameof(Column.Name)), Description("Told apart by their names; their order is that in which they were made.")]
    public required IReadOnlyList<Column> Columns { get; init; }

    public PrimaryKey? PrimaryKey { get; init; }

    [KeyedSet(nameof(UniqueConstraint.Name))]
    public IReadOnlyList<UniqueConstraint>? Unique { get; init; }

    [KeyedSet(nameof(CheckConstraint.Name))]
    public IReadOnlyList<CheckConstraint>? Checks { get; init; }

    [KeyedSet(nameof(ForeignKey.Name))]
    public IReadOnlyList<ForeignKey>? ForeignKeys { get; init; }

    [KeyedSet(nameof(Index.Name)), Description("Beside those that the primary key and unique constraints have by themselves.")]
    public IReadOnlyList<Index>? Indexes { get; init; }

    public string? Comment { get; init; }

    [WriteOnly, Description("Columns that an update may drop, with what is in them, when the document no longer has them. Default: none; such an update is refused.")]
    public IReadOnlyList<string>? DropColumns { get; init; }
}

public sealed record Column
{
    public required string Name { get; init; }

    [Description("As SQL writes it, such as int, varchar(20) or text[].")]
    public required string Type { get; init; }

    [Description("Whether it may be null. Default true, and false in a primary key.")]
    public bool? Nullable { get; init; }

    [OneOf("value"), Description("An SQL expression; a text is written with its quotes: 'new'.")]
    public string? Default { get; init; }

    [OneOf("value"), Description("Whether the server numbers the rows.")]
    public ColumnIdentity? Identity { get; init; }

    [OneOf("value"), Description("An SQL expression over the other columns, stored with each row. It cannot be changed in place.")]
    public string? Generated { get; init; }

    public string? Comment { get; init; }
}

/// <summary>Whose numbers count.</summary>
public enum ColumnIdentity
{
    Always,
    ByDefault,
}

public sealed record PrimaryKey
{
    [ProviderDefault, Description("Default: the table's name and _pkey.")]
    public string? Name { get; init; }

    [OrderedList]
    public required IReadOnlyList<string> Columns { get; init; }
}

public sealed record UniqueConstraint
{
    public required string Name { get; init; }

    [OrderedList]
    public required IReadOnlyList<string> Columns { get; init; }
}

public sealed record CheckConstraint
{
    public required string Name { get; init; }

    [Description("An SQL expression over the columns of a row.")]
    public required string Expression { get; init; }
}

public sealed record ForeignKey
{
    public required string Name { get; init; }

    [OrderedList]
    public required IReadOnlyList<string> Columns { get; init; }

    [Description("The schema of the other table. Default: that of this one.")]
    public string? ReferencedSchema { get; init; }

    public required string ReferencedTable { get; init; }

    [OrderedList]
    public required IReadOnlyList<string> ReferencedColumns { get; init; }

    [Description("Default NoAction.")]
    public ForeignKeyAction? OnDelete { get; init; }

    [Description("Default NoAction.")]
    public ForeignKeyAction? OnUpdate { get; init; }
}

/// <summary>What becomes of rows that refer to a row that goes or changes.</summary>
public enum ForeignKeyAction
{
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

public sealed record Index
{
    public required string Name { get; init; }

    [OrderedList, Description("Columns or expressions as SQL writes them, with what may follow: lower(email), created DESC.")]
    public required IReadOnlyList<string> Columns { get; init; }

    [Description("Default false.")]
    public bool? Unique { get; init; }

    [Description("Default btree.")]
    public string? Method { get; init; }

    [OrderedList, Description("Columns that are only kept with it.")]
    public IReadOnlyList<string>? Include { get; init; }

    [Description("An SQL expression: only rows that it is true for are in the index.")]
    public string? Where { get; init; }
}
