using Amazon.DynamoDBv2.Model;
using Dynamo = Amazon.DynamoDBv2.Model;
using DynamoNames = Amazon.DynamoDBv2;

namespace Formae.Plugins.Aws;

/// <summary>Tables to DynamoDB and back.</summary>
internal static class TableShapes
{
    /// <summary>The mode that a document means, which may leave it out.</summary>
    public static BillingMode ModeOf(Table desired, BillingMode? found = null) =>
        desired.BillingMode ?? (desired.ProvisionedThroughput is not null ? BillingMode.PROVISIONED : found ?? BillingMode.PAY_PER_REQUEST);

    public static Table Show(TableDescription table, IReadOnlyList<Tag>? tags)
    {
        var mode = table.BillingModeSummary?.BillingMode == DynamoNames.BillingMode.PAY_PER_REQUEST ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED;
        var indexes = (table.GlobalSecondaryIndexes ?? []).Where(index => index.IndexStatus != DynamoNames.IndexStatus.DELETING).Select(index => Show(index, mode)).OrderBy(index => index.IndexName, StringComparer.Ordinal).ToList();
        return new Table
        {
            Name = table.TableName,
            AttributeDefinitions = [.. (table.AttributeDefinitions ?? []).Select(one => new AttributeDefinition { AttributeName = one.AttributeName, AttributeType = Enum.Parse<AttributeType>(one.AttributeType.Value) }).OrderBy(one => one.AttributeName, StringComparer.Ordinal)],
            KeySchema = Show(table.KeySchema),
            BillingMode = mode,
            ProvisionedThroughput = mode == BillingMode.PROVISIONED ? Show(table.ProvisionedThroughput) : null,
            GlobalSecondaryIndexes = indexes.Count == 0 ? null : indexes,
            DeletionProtectionEnabled = table.DeletionProtectionEnabled ?? false,
            Tags = tags is { Count: > 0 } ? tags : null,
            Arn = table.TableArn,
            TableId = table.TableId,
        };
    }

    public static List<Dynamo.AttributeDefinition> ToDynamo(IEnumerable<AttributeDefinition> definitions) =>
        [.. definitions.Select(one => new Dynamo.AttributeDefinition(one.AttributeName, DynamoNames.ScalarAttributeType.FindValue(one.AttributeType.ToString())))];

    public static List<KeySchemaElement> ToDynamo(IEnumerable<KeyElement> keys) => [.. keys.Select(key => new KeySchemaElement(key.AttributeName, DynamoNames.KeyType.FindValue(key.KeyType.ToString())))];

    public static Dynamo.ProvisionedThroughput? ToDynamo(Throughput? throughput) => throughput is null ? null : new(throughput.ReadCapacityUnits, throughput.WriteCapacityUnits);

    public static Dynamo.Projection ToDynamo(Projection projection) => new()
    {
        ProjectionType = DynamoNames.ProjectionType.FindValue(projection.ProjectionType.ToString()),
        NonKeyAttributes = projection.NonKeyAttributes is { Count: > 0 } others ? [.. others] : null,
    };

    public static Dynamo.GlobalSecondaryIndex ToDynamo(SecondaryIndex index) => new()
    {
        IndexName = index.IndexName,
        KeySchema = ToDynamo(index.KeySchema),
        Projection = ToDynamo(index.Projection),
        ProvisionedThroughput = ToDynamo(index.ProvisionedThroughput),
    };

    public static Dynamo.Tag ToDynamo(Tag tag) => new() { Key = tag.Key, Value = tag.Value };

    private static SecondaryIndex Show(GlobalSecondaryIndexDescription index, BillingMode mode) => new()
    {
        IndexName = index.IndexName,
        KeySchema = Show(index.KeySchema),
        Projection = new Projection
        {
            ProjectionType = Enum.Parse<ProjectionType>(index.Projection.ProjectionType.Value),
            NonKeyAttributes = index.Projection.NonKeyAttributes is { Count: > 0 } others ? [.. others.Order(StringComparer.Ordinal)] : null,
        },
        ProvisionedThroughput = mode == BillingMode.PROVISIONED ? Show(index.ProvisionedThroughput) : null,
    };

    private static List<KeyElement> Show(List<KeySchemaElement>? keys) => [.. (keys ?? []).Select(key => new KeyElement { AttributeName = key.AttributeName, KeyType = Enum.Parse<KeyType>(key.KeyType.Value) })];

    private static Throughput? Show(ProvisionedThroughputDescription? throughput) =>
        throughput is { ReadCapacityUnits: { } reads, WriteCapacityUnits: { } writes } ? new Throughput { ReadCapacityUnits = reads, WriteCapacityUnits = writes } : null;
}
