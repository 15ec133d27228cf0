using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>The calls about one table.</summary>
internal sealed class TableCalls(IAmazonDynamoDB dynamo, string name)
{
    public async Task<Answer<TableDescription>> DescribeAsync(CancellationToken cancellationToken)
    {
        var answer = await AwsCall.TryAsync("DescribeTable", token => dynamo.DescribeTableAsync(new DescribeTableRequest { TableName = name }, token), cancellationToken).ConfigureAwait(false);
        return new(answer.Value?.Table, answer.Refusal);
    }

    /// <summary>All tags: the person's, AWS's and the mark.</summary>
    public async Task<(List<Tag> Tags, Problem? Problem)> TagsAsync(string arn, CancellationToken cancellationToken)
    {
        List<Tag> tags = [];
        string? next = null;
        do
        {
            var request = new ListTagsOfResourceRequest { ResourceArn = arn, NextToken = next };
            var page = await AwsCall.TryAsync("ListTagsOfResource", token => dynamo.ListTagsOfResourceAsync(request, token), cancellationToken).ConfigureAwait(false);
            if (page.Problem is { } problem)
                return (tags, problem);
            tags.AddRange((page.Value!.Tags ?? []).Select(tag => new Tag { Key = tag.Key, Value = tag.Value }));
            next = page.Value.NextToken;
        }
        while (next is { Length: > 0 });
        return (tags, null);
    }

    public async Task<Problem?> TagAsync(string arn, IEnumerable<Tag> tags, CancellationToken cancellationToken) => (await AwsCall.TryAsync(
        "TagResource", token => dynamo.TagResourceAsync(new TagResourceRequest { ResourceArn = arn, Tags = [.. tags.Select(TableShapes.ToDynamo)] }, token), cancellationToken).ConfigureAwait(false)).Problem;

    /// <summary>Makes the person's tags what is wanted; no others are touched.</summary>
    public async Task<Problem?> ChangeTagsAsync(string arn, IReadOnlyList<Tag>? desired, IReadOnlyList<Tag>? found, CancellationToken cancellationToken)
    {
        List<Tag> written = [.. (desired ?? []).Except(found ?? [])];
        if (written.Count > 0 && await TagAsync(arn, written, cancellationToken).ConfigureAwait(false) is { } problem)
            return problem;
        List<string> removed = [.. (found ?? []).Select(tag => tag.Key).Except((desired ?? []).Select(tag => tag.Key))];
        if (removed.Count == 0)
            return null;
        var untag = new UntagResourceRequest { ResourceArn = arn, TagKeys = removed };
        return (await AwsCall.TryAsync("UntagResource", token => dynamo.UntagResourceAsync(untag, token), cancellationToken).ConfigureAwait(false)).Problem;
    }

    public Task<Answer<UpdateTableResponse>> UpdateAsync(UpdateTableRequest request, CancellationToken cancellationToken) =>
        AwsCall.TryAsync("UpdateTable", token => dynamo.UpdateTableAsync(request, token), cancellationToken);

    /// <summary>What nothing but a person can bring to an end: the table's key is out of reach, or the table has been archived for that.</summary>
    public static Problem? OutOfOrder(TableDescription table) => table.TableStatus?.Value is "INACCESSIBLE_ENCRYPTION_CREDENTIALS" or "ARCHIVING" or "ARCHIVED"
        ? Problems.Of(ProblemCodes.GeneralServiceException, $"The table '{table.TableName}' is {table.TableStatus}: its key cannot be used any more. Give DynamoDB the key back, or restore the table from its backup.")
        : null;

    /// <summary>Whether DynamoDB is at work on the table or on one of its indexes.</summary>
    public static bool IsBusy(TableDescription table) => table.TableStatus != TableStatus.ACTIVE || (table.GlobalSecondaryIndexes ?? []).Any(index => index.IndexStatus != IndexStatus.ACTIVE);
}
