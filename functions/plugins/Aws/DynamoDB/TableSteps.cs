using Amazon.DynamoDBv2.Model;
using DynamoNames = Amazon.DynamoDBv2;

namespace Formae.Plugins.Aws;

/// <summary>
/// The way from a table as it is to the one that is wanted. DynamoDB takes one kind of change at a time and is busy with it for a while; so the next step is always computed from what there is, and nothing
/// has to be remembered of those before.
/// </summary>
internal static class TableSteps
{
    /// <summary>What is to be done next.</summary>
    /// <param name="What">For people, and to know the step again.</param>
    /// <param name="Request">What DynamoDB is sent.</param>
    public sealed record Step(string What, UpdateTableRequest Request);

    /// <returns>Null when the table is what is wanted. Tags are written apart.</returns>
    public static Step? Next(Table desired, Table found) => Removal(desired, found) ?? Capacity(desired, found) ?? Addition(desired, found) ?? Protection(desired, found);

    private static Step? Removal(Table desired, Table found) =>
        IndexesOf(found).FirstOrDefault(index => IndexesOf(desired).All(wanted => !IsSameIndex(wanted, index))) is { } surplus
            ? new Step($"remove index {surplus.IndexName}", new UpdateTableRequest
            {
                TableName = found.Name,
                GlobalSecondaryIndexUpdates = [new GlobalSecondaryIndexUpdate { Delete = new DeleteGlobalSecondaryIndexAction { IndexName = surplus.IndexName } }],
            })
            : null;

    private static Step? Capacity(Table desired, Table found)
    {
        var mode = TableShapes.ModeOf(desired, found.BillingMode);
        var isNewMode = mode != found.BillingMode;
        if (mode == BillingMode.PAY_PER_REQUEST)
            return isNewMode ? new Step("change to PAY_PER_REQUEST", new UpdateTableRequest { TableName = found.Name, BillingMode = DynamoNames.BillingMode.PAY_PER_REQUEST }) : null;

        // With a new mode each index must be told its throughput in the same request.
        var indexes = IndexesOf(desired)
            .Where(index => index.ProvisionedThroughput is not null && IndexesOf(found).Any(live => live.IndexName == index.IndexName && (isNewMode || live.ProvisionedThroughput != index.ProvisionedThroughput)))
            .Select(index => new GlobalSecondaryIndexUpdate { Update = new UpdateGlobalSecondaryIndexAction { IndexName = index.IndexName, ProvisionedThroughput = TableShapes.ToDynamo(index.ProvisionedThroughput) } })
            .ToList();
        var isNewThroughput = desired.ProvisionedThroughput is { } wanted && wanted != found.ProvisionedThroughput;
        if (!isNewMode && !isNewThroughput && indexes.Count == 0)
            return null;
        return new Step("change throughput", new UpdateTableRequest
        {
            TableName = found.Name,
            BillingMode = isNewMode ? DynamoNames.BillingMode.PROVISIONED : null,
            ProvisionedThroughput = isNewMode || isNewThroughput ? TableShapes.ToDynamo(desired.ProvisionedThroughput) : null,
            GlobalSecondaryIndexUpdates = indexes.Count == 0 ? null : indexes,
        });
    }

    private static Step? Addition(Table desired, Table found)
    {
        if (IndexesOf(desired).FirstOrDefault(index => IndexesOf(found).All(live => live.IndexName != index.IndexName)) is not { } missing)
            return null;

        // The definitions that the table has, and those that the new index brings.
        var keys = missing.KeySchema.Select(key => key.AttributeName).ToHashSet(StringComparer.Ordinal);
        var definitions = found.AttributeDefinitions.Where(one => !keys.Contains(one.AttributeName)).Concat(desired.AttributeDefinitions.Where(one => keys.Contains(one.AttributeName)));
        return new Step($"add index {missing.IndexName}", new UpdateTableRequest
        {
            TableName = found.Name,
            AttributeDefinitions = TableShapes.ToDynamo(definitions),
            GlobalSecondaryIndexUpdates =
            [
                new GlobalSecondaryIndexUpdate
                {
                    Create = new CreateGlobalSecondaryIndexAction
                    {
                        IndexName = missing.IndexName,
                        KeySchema = TableShapes.ToDynamo(missing.KeySchema),
                        Projection = TableShapes.ToDynamo(missing.Projection),
                        ProvisionedThroughput = TableShapes.ToDynamo(missing.ProvisionedThroughput),
                    },
                },
            ],
        });
    }

    private static Step? Protection(Table desired, Table found) => desired.DeletionProtectionEnabled is { } wanted && wanted != (found.DeletionProtectionEnabled ?? false)
        ? new Step(wanted ? "protect from deletion" : "no longer protect from deletion", new UpdateTableRequest { TableName = found.Name, DeletionProtectionEnabled = wanted })
        : null;

    private static IReadOnlyList<SecondaryIndex> IndexesOf(Table table) => table.GlobalSecondaryIndexes ?? [];

    /// <summary>An index of other keys or of another projection is another index, whatever its name.</summary>
    private static bool IsSameIndex(SecondaryIndex left, SecondaryIndex right) =>
        left.IndexName == right.IndexName && left.KeySchema.SequenceEqual(right.KeySchema) && left.Projection.ProjectionType == right.Projection.ProjectionType
        && (left.Projection.NonKeyAttributes ?? []).ToHashSet(StringComparer.Ordinal).SetEquals(right.Projection.NonKeyAttributes ?? []);
}
