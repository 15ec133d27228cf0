using Formae.Sdk;

namespace Formae.Plugins.Postgres;

/// <summary>What privileges are on.</summary>
public enum GrantKind
{
    Database,
    Schema,
    Table,
    Sequence,
    Function,
    AllTablesInSchema,
    AllSequencesInSchema,
    AllFunctionsInSchema,
}

[ResourceType("Postgres::Database::Grant", Parent = "Postgres::Server::Database")]
[ParentProperty(nameof(Postgres.Database.Name), nameof(Database))]
[Description("All privileges that one role has on one object, or on every table, sequence or function that a schema has.")]
public sealed record Grant
{
    [CreateOnly, Description("Who has them; public is everybody.")]
    public required string Role { get; init; }

    [CreateOnly]
    public required string Database { get; init; }

    [CreateOnly, Description("What they are on.")]
    public required GrantKind On { get; init; }

    [CreateOnly, Description("The schema, or the one that the object is in. Not for a database.")]
    public string? Schema { get; init; }

    [CreateOnly, Description("The table (or view), the sequence, or the function with the types of its arguments: total(integer, text).")]
    public string? Object { get; init; }

    [Set, Description("Such as SELECT; each by its name, not ALL. An empty list is for public alone: everybody loses what PostgreSQL grants to everybody by itself.")]
    public required IReadOnlyList<string> Privileges { get; init; }

    [Set, Description("Those of the privileges that the role may grant to others. Default: none.")]
    public IReadOnlyList<string>? WithGrantOption { get; init; }
}

internal sealed record AccessRow
{
    /// <summary>How many objects there are.</summary>
    public required int Objects { get; init; }

    /// <summary>What the role may do with each of them.</summary>
    public required IReadOnlyList<AccessPrivilege> Privileges { get; init; }

    /// <summary>What it may do before anybody has granted or revoked anything. None but for everybody.</summary>
    public required IReadOnlyList<string> Usual { get; init; }
}

internal sealed record AccessPrivilege
{
    public required string Name { get; init; }

    public bool Grantable { get; init; }
}
