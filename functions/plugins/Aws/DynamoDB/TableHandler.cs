using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>DynamoDB takes its time with whatever is asked of a table, so every change is one that is polled for; nothing waits in here.</summary>
internal sealed class TableHandler(AwsClients clients) : IResourceHandler<Table>, IListable<Table>, ILongRunning<Table>, IFindExisting<Table>
{
    /// <summary>What ListTables takes at most.</summary>
    private const int LargestPage = 100;

    public async Task<CreateResult<Table>> CreateAsync(CreateRequest<Table> request, CancellationToken cancellationToken)
    {
        var (target, desired) = (AwsTarget.Of(request), request.Desired);
        if (TableCheck.Of(desired) is { } wrong)
            return wrong;
        var dynamo = clients.DynamoDB(target);
        var calls = new TableCalls(dynamo, desired.Name);
        List<Tag> tags = [.. desired.Tags ?? [], new Tag { Key = Mark.Tag, Value = request.Ksuid }];
        var made = await AwsCall.TryAsync("CreateTable", token => dynamo.CreateTableAsync(Making(desired, tags), token), cancellationToken).ConfigureAwait(false);
        if (made.IsRefusedWith("ResourceInUseException", "TableAlreadyExistsException"))
            return await ExistsAsync(calls, request, cancellationToken).ConfigureAwait(false);
        if (made.Problem is { } refused)
            return refused;

        // Other servers than AWS may pass over the tags of a create.
        if (target.OwnDynamoDB is not null && made.Value!.TableDescription?.TableArn is { } arn && await calls.TagAsync(arn, tags, cancellationToken).ConfigureAwait(false) is { } untagged)
            return untagged;
        return Begun(desired.Name);
    }

    /// <summary>By its mark. Other servers than AWS may pass over the tags of a create, so that a create which ended in between has left none; there a table without a mark goes by its name, which is unique.</summary>
    public async Task<FindResult<Table>> FindExistingAsync(CreateRequest<Table> request, CancellationToken cancellationToken)
    {
        var isNameEnough = AwsTarget.Of(request).OwnDynamoDB is not null;
        var (found, mark, problem) = await ReadAsync(CallsOf(request, request.Desired.Name), cancellationToken).ConfigureAwait(false);
        if (problem is { Code: ProblemCodes.NotFound } || (problem is null && mark != request.Ksuid && !(mark is null && isNameEnough)))
            return new FindResult<Table>.NotThere();
        return problem is not null ? problem : new FindResult<Table>.Found(request.Desired.Name, found!);
    }

    public async Task<ReadResult<Table>> ReadAsync(ReadRequest<Table> request, CancellationToken cancellationToken)
    {
        var (found, _, problem) = await ReadAsync(CallsOf(request, request.NativeId), cancellationToken).ConfigureAwait(false);
        return problem is not null ? problem : new ReadResult<Table>.Success(found!);
    }

    public async Task<UpdateResult<Table>> UpdateAsync(UpdateRequest<Table> request, CancellationToken cancellationToken)
    {
        var desired = request.Desired;
        if (TableCheck.Of(desired) is { } wrong)
            return wrong;
        var calls = CallsOf(request, request.NativeId);
        var described = await calls.DescribeAsync(cancellationToken).ConfigureAwait(false);
        if (described.Problem is { } unread)
            return unread;
        var table = described.Value!;
        var (tags, untold) = await calls.TagsAsync(table.TableArn, cancellationToken).ConfigureAwait(false);
        if (untold is not null)
            return untold;
        var found = TableShapes.Show(table, Tags.Shown(tags));
        if ((TableCalls.OutOfOrder(table) ?? TableCheck.OfChange(desired, found) ?? await calls.ChangeTagsAsync(table.TableArn, desired.Tags, found.Tags, cancellationToken).ConfigureAwait(false)) is { } refused)
            return refused;
        var progress = new TableProgress { Work = TableWork.Update, Desired = desired with { Tags = null } };
        var (next, problem) = TableCalls.IsBusy(table) ? (progress, null) : await StepAsync(calls, progress, found, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        return next is null
            ? new UpdateResult<Table>.Success(found with { Tags = desired.Tags is { Count: > 0 } ? desired.Tags : null })
            : new UpdateResult<Table>.InProgress(next.ToString()) { Message = next.Step ?? $"the table is {table.TableStatus}" };
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<Table> request, CancellationToken cancellationToken)
    {
        var dynamo = clients.DynamoDB(AwsTarget.Of(request));
        var deleted = await AwsCall.TryAsync("DeleteTable", token => dynamo.DeleteTableAsync(new DeleteTableRequest { TableName = request.NativeId }, token), cancellationToken).ConfigureAwait(false);
        var progress = new DeleteResult.InProgress(new TableProgress { Work = TableWork.Delete }.ToString());
        if (deleted.Problem is not { } problem)
            return progress;
        if (!deleted.IsRefusedWith("ResourceInUseException"))
            return problem;

        // Being deleted is what was wanted; being made or changed is not, and passes.
        var described = await new TableCalls(dynamo, request.NativeId).DescribeAsync(cancellationToken).ConfigureAwait(false);
        return described.Problem is { } unread ? unread : described.Value!.TableStatus == TableStatus.DELETING ? progress : problem;
    }

    public async Task<StatusResult<Table>> StatusAsync(StatusRequest<Table> request, CancellationToken cancellationToken)
    {
        if (TableProgress.Read(request.RequestId) is not { } progress || request.NativeId is not { } name)
            return Problems.InvalidRequest("The request id is none of AWS::DynamoDB::Table.");
        var calls = CallsOf(request, name);
        var described = await calls.DescribeAsync(cancellationToken).ConfigureAwait(false);
        if (described.Problem is { Code: ProblemCodes.NotFound } gone)
        {
            // A table that was just made may not be shown yet.
            return progress.Work == TableWork.Delete ? new StatusResult<Table>.Success(name, null)
                : progress.Work == TableWork.Create && progress.Looks < TableProgress.MostLooks ? Again(progress, "the table is not shown yet")
                : gone;
        }

        if (described.Problem is { } unanswered)
            return new StatusResult<Table>.Unanswered(unanswered);
        var table = described.Value!;
        if (progress.Work == TableWork.Delete)
        {
            // Deleted by this operation, and there again: it may be the old news, or somebody has made it anew.
            return table.TableStatus == TableStatus.DELETING ? new StatusResult<Table>.InProgress { Message = "the table is DELETING" }
                : progress.Looks < TableProgress.MostLooks ? Again(progress, $"the table is still {table.TableStatus}")
                : Problems.ResourceConflict($"The table '{name}' is {table.TableStatus} although its deletion was accepted.");
        }

        if (TableCalls.OutOfOrder(table) is { } outOfOrder)
            return outOfOrder;
        if (TableCalls.IsBusy(table))
            return new StatusResult<Table>.InProgress(progress.ToString(), name) { Message = progress.Step ?? $"the table is {table.TableStatus}" };
        var (tags, untold) = await calls.TagsAsync(table.TableArn, cancellationToken).ConfigureAwait(false);
        if (untold is not null)
            return new StatusResult<Table>.Unanswered(untold);
        var found = TableShapes.Show(table, Tags.Shown(tags));

        // The mark was written with the other tags: as long as it is not to be seen they are not either.
        if (progress.Work == TableWork.Create)
            return tags.All(tag => tag.Key != Mark.Tag) && progress.Looks < TableProgress.MostLooks ? Again(progress, "the tags are not shown yet") : new StatusResult<Table>.Success(name, found);
        var (next, problem) = await StepAsync(calls, progress, found, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem is { IsRecoverable: true } ? new StatusResult<Table>.Unanswered(problem) : problem;
        return next is null ? new StatusResult<Table>.Success(name, found) : new StatusResult<Table>.InProgress(next.ToString(), name) { Message = next.Step };
    }

    public async Task<ListResult> ListAsync(ListRequest<Table> request, CancellationToken cancellationToken)
    {
        var list = new ListTablesRequest { Limit = Math.Min(request.PageSize, LargestPage), ExclusiveStartTableName = request.PageToken };
        var page = await AwsCall.TryAsync("ListTables", token => clients.DynamoDB(AwsTarget.Of(request)).ListTablesAsync(list, token), cancellationToken).ConfigureAwait(false);
        return page.Problem is { } problem ? problem : new ListResult.Success(page.Value!.TableNames ?? [], page.Value.LastEvaluatedTableName is { Length: > 0 } last ? last : null);
    }

    /// <summary>Sends the next step, unless it was sent already and only is not shown yet.</summary>
    /// <returns>Neither when there is nothing more to do.</returns>
    private static async Task<(TableProgress? Next, Problem? Problem)> StepAsync(TableCalls calls, TableProgress progress, Table found, CancellationToken cancellationToken)
    {
        if (TableSteps.Next(progress.Desired!, found) is not { } step)
            return (null, null);
        if (step.What == progress.Step)
        {
            return progress.Looks < TableProgress.MostLooks ? (progress with { Looks = progress.Looks + 1 }, null)
                : (null, Problems.Of(ProblemCodes.GeneralServiceException, $"DynamoDB has accepted a change of '{found.Name}' and does not show it: {step.What}."));
        }

        var sent = await calls.UpdateAsync(step.Request, cancellationToken).ConfigureAwait(false);

        // Busy without saying so: it is seen at the next look.
        if (sent.IsRefusedWith("ResourceInUseException") && progress.Looks < TableProgress.MostLooks)
            return (progress with { Looks = progress.Looks + 1 }, null);
        return sent.Problem is { } refused ? (null, refused) : (progress with { Step = step.What, Looks = 0 }, null);
    }

    /// <summary>A table of this name is there: made by an earlier delivery, on its way out, or somebody else's.</summary>
    private static async Task<CreateResult<Table>> ExistsAsync(TableCalls calls, CreateRequest<Table> request, CancellationToken cancellationToken)
    {
        var described = await calls.DescribeAsync(cancellationToken).ConfigureAwait(false);
        if (described.Problem is { } unread)
            return unread.Code == ProblemCodes.NotFound ? unread with { Code = ProblemCodes.NotStabilized } : unread;
        var table = described.Value!;
        if (table.TableStatus == TableStatus.DELETING)
            return Problems.ResourceConflict($"A table '{request.Desired.Name}' is being deleted.");
        var (tags, untold) = await calls.TagsAsync(table.TableArn, cancellationToken).ConfigureAwait(false);
        if (untold is not null)
            return untold;
        return tags.Any(tag => tag.Key == Mark.Tag && tag.Value == request.Ksuid)
            ? Begun(request.Desired.Name)
            : Problems.AlreadyExists($"The table '{request.Desired.Name}' exists already, and nothing on it says that this resource made it.");
    }

    private static async Task<(Table? Found, string? Mark, Problem? Problem)> ReadAsync(TableCalls calls, CancellationToken cancellationToken)
    {
        var described = await calls.DescribeAsync(cancellationToken).ConfigureAwait(false);
        if (described.Problem is { } unread)
            return (null, null, unread);
        var table = described.Value!;
        if (table.TableStatus == TableStatus.DELETING)
            return (null, null, Problems.NotFound($"The table '{table.TableName}' is being deleted."));

        if (TableCalls.OutOfOrder(table) is { } outOfOrder)
            return (null, null, outOfOrder);

        // In the middle of a change it is neither what it was nor what it becomes: an update that comes again would take that for somebody else's doing.
        if (TableCalls.IsBusy(table))
            return (null, null, Problems.Of(ProblemCodes.NotStabilized, $"The table '{table.TableName}' is {table.TableStatus}, or one of its indexes is; what it is can be told when that is done."));
        var (tags, untold) = await calls.TagsAsync(table.TableArn, cancellationToken).ConfigureAwait(false);
        return untold is not null ? (null, null, untold) : (TableShapes.Show(table, Tags.Shown(tags)), tags.Find(tag => tag.Key == Mark.Tag)?.Value, null);
    }

    private static CreateTableRequest Making(Table desired, List<Tag> tags) => new()
    {
        TableName = desired.Name,
        AttributeDefinitions = TableShapes.ToDynamo(desired.AttributeDefinitions),
        KeySchema = TableShapes.ToDynamo(desired.KeySchema),
        BillingMode = Amazon.DynamoDBv2.BillingMode.FindValue(TableShapes.ModeOf(desired).ToString()),
        ProvisionedThroughput = TableShapes.ToDynamo(desired.ProvisionedThroughput),
        GlobalSecondaryIndexes = desired.GlobalSecondaryIndexes is { Count: > 0 } indexes ? [.. indexes.Select(TableShapes.ToDynamo)] : null,
        DeletionProtectionEnabled = desired.DeletionProtectionEnabled,
        Tags = [.. tags.Select(TableShapes.ToDynamo)],
    };

    private static CreateResult<Table> Begun(string name) => new CreateResult<Table>.InProgress(new TableProgress { Work = TableWork.Create }.ToString(), name);

    private static StatusResult<Table> Again(TableProgress progress, string message) => new StatusResult<Table>.InProgress((progress with { Looks = progress.Looks + 1 }).ToString()) { Message = message };

    private TableCalls CallsOf(OperationContext request, string name) => new(clients.DynamoDB(AwsTarget.Of(request)), name);
}
