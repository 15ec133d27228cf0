using Azure;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

/// <summary>The dictionary entity by itself.</summary>
public sealed class TableEntityTests
{
    [Fact]
    public void A_getter_answers_null_for_what_is_missing_and_refuses_another_type()
    {
        var entity = new TableEntity("p", "r") { ["Text"] = "t", ["Number"] = 1 };
        Assert.Null(entity.GetString("Missing"));
        Assert.Null(entity.GetInt32("Missing"));
        Assert.Null(entity["Missing"]);
        Assert.Throws<InvalidOperationException>(() => entity.GetInt32("Text"));
        Assert.Throws<InvalidOperationException>(() => entity.GetInt64("Number"));
        Assert.Throws<InvalidOperationException>(() => entity.GetBoolean("Number"));
    }

    [Fact]
    public void A_property_keeps_its_type()
    {
        var entity = new TableEntity { ["Long"] = 1L, ["Double"] = 1.5, ["Int"] = 1, ["Text"] = "t" };
        entity["Long"] = 2;
        entity["Double"] = 2;
        entity["Int"] = 3L;
        Assert.Equal((2L, 2.0, 3L), (entity["Long"], entity["Double"], entity["Int"]));
        Assert.Throws<InvalidOperationException>(() => entity["Text"] = 5);
        Assert.Throws<InvalidOperationException>(() => entity["Long"] = "5");
        entity["Text"] = null;
        entity["Text"] = 5;
        Assert.Equal(5, entity["Text"]);
    }

    [Fact]
    public void Keys_time_stamp_and_ETag_are_entries_of_the_dictionary()
    {
        var entity = new TableEntity("p", "r") { ETag = new ETag("e"), Timestamp = DateTimeOffset.UnixEpoch };
        Assert.Equal(["PartitionKey", "RowKey", "Timestamp", "odata.etag"], entity.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new ETag("e"), entity.ETag);
        var copy = new TableEntity(entity);
        Assert.Equal(("p", "r", DateTimeOffset.UnixEpoch), (copy.PartitionKey, copy.RowKey, copy.Timestamp!.Value));
        Assert.Equal(default, new TableEntity().ETag);
        Assert.True(entity.Remove("RowKey"));
        Assert.Null(entity.RowKey);
    }

    [Fact]
    public async Task A_call_that_was_cancelled_does_nothing()
    {
        await using var tables = new TemporaryTables();
        var table = new TableClient(tables.ConnectionString, "Things");
        await table.CreateAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.AddEntityAsync(new TableEntity("p", "r"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.GetEntityAsync<TableEntity>("p", "r", null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "r"))], cancelled));
        Assert.False((await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
    }
}
