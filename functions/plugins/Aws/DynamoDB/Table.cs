using Formae.Sdk;

namespace Formae.Plugins.Aws;

[ResourceType("AWS::DynamoDB::Table", Identifier = nameof(Name))]
[Description("A table of DynamoDB.")]
public sealed record Table
{
    [CreateOnly, Description("3 to 255 letters, digits, '_', '.' and '-'; unique in its account and region.")]
    public required string Name { get; init; }

    [KeyedSet(nameof(AttributeDefinition.AttributeName)), Description("The attributes that are keys of the table or of an index, and no others.")]
    public required IReadOnlyList<AttributeDefinition> AttributeDefinitions { get; init; }

    [CreateOnly, OrderedList, Description("The attribute that is hashed, and one to sort by where wanted.")]
    public required IReadOnlyList<KeyElement> KeySchema { get; init; }

    [ProviderDefault, Description("Default: PROVISIONED where ProvisionedThroughput is given, otherwise PAY_PER_REQUEST.")]
    public BillingMode? BillingMode { get; init; }

    [OnlyWhen(nameof(Table.BillingMode), nameof(Aws.BillingMode.PROVISIONED)), Description("What is paid for, used or not.")]
    public Throughput? ProvisionedThroughput { get; init; }

    [KeyedSet(nameof(SecondaryIndex.IndexName)), Description("Other orders in which the table can be read. They are added and removed one after the other, and each takes minutes.")]
    public IReadOnlyList<SecondaryIndex>? GlobalSecondaryIndexes { get; init; }

    [ProviderDefault, Description("Whether the table cannot be deleted until this is false again. Default: false.")]
    public bool? DeletionProtectionEnabled { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }

    [ReadOnly]
    public string? TableId { get; init; }
}

// The names of these are AWS's own, as people copy them.
public enum BillingMode
{
    PROVISIONED,
    PAY_PER_REQUEST,
}

public enum AttributeType
{
    S,
    N,
    B,
}

public enum KeyType
{
    HASH,
    RANGE,
}

public enum ProjectionType
{
    ALL,
    KEYS_ONLY,
    INCLUDE,
}

public sealed record AttributeDefinition
{
    public required string AttributeName { get; init; }

    [Description("S is text, N a number, B bytes.")]
    public required AttributeType AttributeType { get; init; }
}

public sealed record KeyElement
{
    public required string AttributeName { get; init; }

    public required KeyType KeyType { get; init; }
}

public sealed record Throughput
{
    [Description("Reads a second.")]
    public required long ReadCapacityUnits { get; init; }

    [Description("Writes a second.")]
    public required long WriteCapacityUnits { get; init; }
}

public sealed record SecondaryIndex
{
    public required string IndexName { get; init; }

    [OrderedList]
    public required IReadOnlyList<KeyElement> KeySchema { get; init; }

    public required Projection Projection { get; init; }

    [OnlyWhen(nameof(Table.BillingMode), nameof(Aws.BillingMode.PROVISIONED)), Description("What is paid for, used or not.")]
    public Throughput? ProvisionedThroughput { get; init; }
}

public sealed record Projection
{
    public required ProjectionType ProjectionType { get; init; }

    [Set, Description("For INCLUDE: the attributes that the index holds beside its keys.")]
    public IReadOnlyList<string>? NonKeyAttributes { get; init; }
}
