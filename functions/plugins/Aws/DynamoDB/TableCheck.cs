using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>What can be said of a table before DynamoDB is asked.</summary>
internal static class TableCheck
{
    public static Problem? Of(Table desired)
    {
        if (Tags.Check(desired.Tags) is { } tags)
            return tags;
        var defined = desired.AttributeDefinitions.Select(one => one.AttributeName).ToHashSet(StringComparer.Ordinal);
        var used = KeysOf(desired);
        if (used.FirstOrDefault(name => !defined.Contains(name)) is { } undefined)
            return Problems.InvalidRequest($"'AttributeDefinitions': '{undefined}' is a key and has no definition.");
        if (desired is { BillingMode: BillingMode.PAY_PER_REQUEST } && (desired.ProvisionedThroughput is not null || (desired.GlobalSecondaryIndexes ?? []).Any(index => index.ProvisionedThroughput is not null)))
            return Problems.InvalidRequest("'ProvisionedThroughput' is for BillingMode PROVISIONED only.");
        return desired is { BillingMode: BillingMode.PROVISIONED, ProvisionedThroughput: null }
            ? Problems.InvalidRequest("'ProvisionedThroughput' is missing: BillingMode is PROVISIONED.")
            : null;
    }

    /// <summary>What no update of a table can do.</summary>
    public static Problem? OfChange(Table desired, Table found)
    {
        if (!desired.KeySchema.SequenceEqual(found.KeySchema))
            return Problems.NotUpdatable("'KeySchema' of a table cannot be changed.");
        var used = KeysOf(desired);
        foreach (var attribute in desired.AttributeDefinitions)
        {
            var before = found.AttributeDefinitions.FirstOrDefault(one => one.AttributeName == attribute.AttributeName);
            if (before is null && !used.Contains(attribute.AttributeName))
                return Problems.InvalidRequest($"'AttributeDefinitions': '{attribute.AttributeName}' is not a key of the table or of an index.");
            if (before is not null && before.AttributeType != attribute.AttributeType && found.KeySchema.Any(key => key.AttributeName == attribute.AttributeName))
                return Problems.NotUpdatable($"'AttributeDefinitions': the type of '{attribute.AttributeName}', a key of the table, cannot be changed.");
        }

        return null;
    }

    private static HashSet<string> KeysOf(Table table) =>
        [.. table.KeySchema.Concat((table.GlobalSecondaryIndexes ?? []).SelectMany(index => index.KeySchema)).Select(key => key.AttributeName)];
}
