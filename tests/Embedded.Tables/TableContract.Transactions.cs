using Azure;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

public abstract partial class TableContract
{
    [Fact]
    public async Task A_transaction_does_each_of_its_actions_and_answers_for_each()
    {
        foreach (var rowKey in (string[])["merge", "replace", "delete", "upsertmerge"])
            await Table.AddEntityAsync(new TableEntity("p", rowKey) { ["Old"] = 1 });
        var etag = (await Table.GetEntityAsync<TableEntity>("p", "merge")).Value.ETag;
        var response = await Table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.Add, Row("add")),
            new(TableTransactionActionType.UpdateMerge, Row("merge"), etag),
            new(TableTransactionActionType.UpdateReplace, Row("replace"), ETag.All),
            new(TableTransactionActionType.Delete, Row("delete")),
            new(TableTransactionActionType.UpsertMerge, Row("upsertmerge")),
            new(TableTransactionActionType.UpsertReplace, Row("upsertreplace")),
        ]);
        Assert.Equal(202, response.GetRawResponse().Status);
        Assert.All(response.Value, each => Assert.Equal(204, each.Status));
        Assert.Equal([true, true, true, false, true, true], response.Value.Select(each => each.Headers.ETag is not null));
        var rows = (await All(Table.QueryAsync<TableEntity>())).ToDictionary(row => row.RowKey, row => (Old: row.ContainsKey("Old"), New: row.ContainsKey("New")));
        Assert.Equal(["add", "merge", "replace", "upsertmerge", "upsertreplace"], rows.Keys);
        Assert.All(rows.Values, row => Assert.True(row.New));
        Assert.Equal(["merge", "upsertmerge"], rows.Where(row => row.Value.Old).Select(row => row.Key));
        Assert.Equal(response.Value[1].Headers.ETag, (await Table.GetEntityAsync<TableEntity>("p", "merge")).Value.ETag);

        static TableEntity Row(string rowKey) => new("p", rowKey) { ["New"] = 1 };
    }

    [Fact]
    public async Task An_update_without_an_ETag_in_a_transaction_is_an_upsert()
    {
        await Table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "r")), new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "s"))]);
        Assert.Equal(2, (await All(Table.QueryAsync<TableEntity>())).Count);
    }

    [Fact]
    public async Task A_transaction_that_fails_changes_nothing_and_names_the_action()
    {
        await Table.AddEntityAsync(new TableEntity("p", "there") { ["A"] = 1 });
        await Fails((409, "EntityAlreadyExists", 2), Add("a"), Upsert("b"), Add("there"), Add("c"));
        await Fails((404, "ResourceNotFound", 1), Add("a"), new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "missing"), ETag.All));
        await Fails((404, "ResourceNotFound", 1), Add("a"), new(TableTransactionActionType.Delete, new TableEntity("p", "missing")));
        await Fails((412, "UpdateConditionNotSatisfied", 1), Upsert("a"), new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "there"), Old));
        await Fails((412, "UpdateConditionNotSatisfied", 0), new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity("p", "there"), Old));
        await Fails((400, "InvalidDuplicateRow", 2), Add("a"), Add("b"), Upsert("a"));
        await Fails((400, "PropertyValueTooLarge", 1), Add("a"), new(TableTransactionActionType.Add, new TableEntity("p", "b") { ["T"] = new string('x', 40_000) }));
        await Fails((400, WrongKey, 0), Add("a/b"));
        Assert.Equal(1, Assert.Single(await All(Table.QueryAsync<TableEntity>()))["A"]);
    }

    [Fact]
    public virtual async Task A_transaction_has_one_partition()
    {
        await Fails((400, "CommandsInBatchActOnDifferentPartitions", 1), Add("a"), new(TableTransactionActionType.Add, new TableEntity("q", "b")));
        Assert.Empty(await All(Table.QueryAsync<TableEntity>()));
    }

    [Fact]
    public async Task A_transaction_has_100_actions_and_not_one_more()
    {
        await Table.SubmitTransactionAsync(Enumerable.Range(0, 100).Select(i => Add($"r{i}")));
        Assert.Equal(100, (await All(Table.QueryAsync<TableEntity>())).Count);
        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(Enumerable.Range(0, 101).Select(i => Add($"s{i}"))));
        Assert.Equal((400, "InvalidInput"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task A_transaction_has_4_MiB_and_not_more()
    {
        await Table.SubmitTransactionAsync(Heavy(39));
        Assert.Equal((413, "RequestBodyTooLarge"), await Refused(() => Table.SubmitTransactionAsync(Heavy(43))));

        static IEnumerable<TableTransactionAction> Heavy(int rows) => Enumerable.Range(0, rows).Select(i => new TableTransactionAction(
            TableTransactionActionType.UpsertReplace,
            new TableEntity("p", $"r{i}") { ["A"] = new string('a', 32_768), ["B"] = new string('b', 32_768), ["C"] = new string('c', 32_768) }));
    }

    [Fact]
    public async Task An_empty_transaction_is_a_mistake_of_the_caller() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Table.SubmitTransactionAsync([]));

    [Fact]
    public async Task Nobody_sees_half_a_transaction()
    {
        await Table.SubmitTransactionAsync(Counted(0));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++)
                await Table.SubmitTransactionAsync(Counted(i));
            await stop.CancelAsync();
        });
        var reads = 0;
        while (!stop.IsCancellationRequested || reads == 0)
        {
            var values = (await All(Table.QueryAsync<TableEntity>("PartitionKey eq 'p'"))).Select(row => row.GetInt32("N")).ToList();
            Assert.Equal(20, values.Count);
            Assert.Single(values.Distinct());
            reads++;
        }

        await writer;

        static IEnumerable<TableTransactionAction> Counted(int value) =>
            Enumerable.Range(0, 20).Select(i => new TableTransactionAction(TableTransactionActionType.UpsertReplace, new TableEntity("p", $"r{i}") { ["N"] = value }));
    }

    private static ETag Old => new("W/\"datetime'2026-01-01T00%3A00%3A00.0000000Z'\"");

    private static TableTransactionAction Add(string rowKey) => new(TableTransactionActionType.Add, new TableEntity("p", rowKey));

    private static TableTransactionAction Upsert(string rowKey) => new(TableTransactionActionType.UpsertMerge, new TableEntity("p", rowKey));

    private async Task Fails((int Status, string Code, int? Index) expected, params TableTransactionAction[] actions)
    {
        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(actions));
        Assert.Equal(expected, (failure.Status, failure.ErrorCode!, failure.FailedTransactionActionIndex));
    }
}
