using System.Text.Json;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

[ResourceType("AzureStorage::Table::Entity", Identifier = nameof(Id), Parent = "AzureStorage::Table::Table", Portable = true)]
[ParentProperty(nameof(StorageTable.Name), nameof(Table))]
[Description("An entity of a table: all properties of it are formae's.")]
public sealed record TableEntity
{
    [CreateOnly, Description("The name of the table.")]
    public required string Table { get; init; }

    [CreateOnly, Description("Up to 512 characters, none of / \\ # ? and no control characters; it may be empty.")]
    public required string PartitionKey { get; init; }

    [CreateOnly, Description("As the partition key; unique in the partition.")]
    public required string RowKey { get; init; }

    [KeyedSet(nameof(EntityProperty.Name)), Description("Up to 252 properties.")]
    public IReadOnlyList<EntityProperty>? Properties { get; init; }

    [ReadOnly, Description("TABLE/PARTITION/ROW, with %25 for % and %2F for a slash in a key.")]
    public string? Id { get; init; }

    [ReadOnly, Description("Names this very version of the entity.")]
    public string? ETag { get; init; }
}

/// <summary>One property of an entity.</summary>
public sealed record EntityProperty
{
    [Description("A name as in C#, up to 255 characters; not PartitionKey, RowKey or Timestamp.")]
    public required string Name { get; init; }

    [Description("A text, number or truth value that fits the type: a DateTime is written as 2026-01-01T00:00:00Z, Binary as base64, a Guid with hyphens, an Int64 as a number or a text. Left out: an empty text.")]
    public JsonElement? Value { get; init; }

    [ProviderDefault, Description("The type that the table stores. Default: what it was, and at first by the value: String, Boolean, Int32 (Int64 where it is too large), Double.")]
    public EntityType? Type { get; init; }
}

/// <summary>The types that a table stores.</summary>
public enum EntityType
{
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    DateTime,
    Guid,
    Binary,
}
