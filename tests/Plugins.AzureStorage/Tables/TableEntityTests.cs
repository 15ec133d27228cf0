using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Tables;

public sealed class TableEntityTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Theory]
    [InlineData("String", "\"two words\"", "\"two words\"")]
    [InlineData("String", "\"\"", "\"\"")]
    [InlineData("Boolean", "true", "true")]
    [InlineData("Boolean", "\"false\"", "false")]
    [InlineData("Int32", "-7", "-7")]
    [InlineData("Int64", "9007199254740993", "9007199254740993")]
    [InlineData("Int64", "\"5\"", "5")]
    [InlineData("Double", "12.5", "12.5")]
    [InlineData("Double", "3", "3")]
    [InlineData("Double", "\"NaN\"", "\"NaN\"")]
    [InlineData("DateTime", "\"2026-02-03T04:05:06.1234567Z\"", "\"2026-02-03T04:05:06.1234567Z\"")]
    [InlineData("Guid", "\"0F8FAD5B-D9CB-469F-A165-70867728950E\"", "\"0f8fad5b-d9cb-469f-a165-70867728950e\"")]
    [InlineData("Binary", "\"AAEC/w==\"", "\"AAEC/w==\"")]
    public async Task A_value_of_each_type_comes_back_as_it_was_written_and_to_others_in_one_form(string type, string written, string plain)
    {
        await using var plugin = On(server);
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("types") });
        var desired = Entity1(table, "p", "r", new JsonObject { ["Name"] = "It", ["Type"] = type, ["Value"] = JsonNode.Parse(written) });
        var id = await plugin.MakeAsync(Entity, desired);

        var same = Assert.Single((await plugin.ReadAsync(Entity, id, desired)).GetProperty("Properties").EnumerateArray());
        var fresh = Assert.Single((await plugin.ReadAsync(Entity, id)).GetProperty("Properties").EnumerateArray());

        Assert.Equal((type, written), (same.GetProperty("Type").GetString(), same.GetProperty("Value").GetRawText()));
        Assert.Equal((type, plain), (fresh.GetProperty("Type").GetString(), fresh.GetProperty("Value").GetRawText()));
    }

    [Theory]
    [InlineData("\"text\"", "String")]
    [InlineData("true", "Boolean")]
    [InlineData("42", "Int32")]
    [InlineData("4200000000", "Int64")]
    [InlineData("4.2", "Double")]
    public async Task A_type_that_is_left_out_is_told_by_the_value(string value, string type)
    {
        await using var plugin = On(server);
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("told") });

        var id = await plugin.MakeAsync(Entity, Entity1(table, "p", "r", new JsonObject { ["Name"] = "It", ["Value"] = JsonNode.Parse(value) }));

        Assert.Equal(type, (await plugin.ReadAsync(Entity, id)).GetProperty("Properties")[0].GetProperty("Type").GetString());
    }

    [Fact]
    public async Task A_create_that_comes_again_finds_its_entity_and_takes_none_that_is_different()
    {
        await using var plugin = On(server);
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("same") });
        var create = Create(Entity, Entity1(table, "p", "r", Title("mine")));
        await plugin.ExecuteAsync(create);

        var again = await plugin.DeliverAgainAsync(create);
        var first = await plugin.ExecuteAsync(Create(Entity, Entity1(table, "p", "r", Title("mine"))));
        var different = await plugin.DeliverAgainAsync(Create(Entity, Entity1(table, "p", "r", Title("other"))));

        Assert.Equal((OperationStatus.Success, true), (again.Status, again.WasThere));
        Assert.All([first, different], report => Assert.Equal(ProblemCodes.AlreadyExists, report.Problem?.Code));
    }

    [Fact]
    public async Task An_update_replaces_the_version_that_was_compared_with_the_plan_and_no_other()
    {
        await using var plugin = On(server);
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("race") });
        var id = await plugin.MakeAsync(Entity, Entity1(table, "p", "r", Title("first")));
        var seen = await plugin.ReadAsync(Entity, id);
        await plugin.UpdateAsync(Entity, id, Entity1(table, "p", "r", Title("somebody else's")));
        var handler = (AzureStorage.Tables.TableEntityHandler)plugin.Harness.Services.GetService(typeof(AzureStorage.Tables.TableEntityHandler))!;

        var late = await handler.UpdateAsync(
            new Formae.Sdk.UpdateRequest<AzureStorage.Tables.TableEntity>
            {
                OperationId = "command/update-1",
                Ksuid = Requests.Ksuid,
                ResourceType = Entity,
                NativeId = id,
                TargetConfig = plugin.Harness.TargetConfig!.Value,
                Desired = new AzureStorage.Tables.TableEntity { Table = table, PartitionKey = "p", RowKey = "r" },
                Found = new AzureStorage.Tables.TableEntity { Table = table, PartitionKey = "p", RowKey = "r", ETag = seen.GetProperty("ETag").GetString() },
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(ProblemCodes.ResourceConflict, Assert.IsType<Formae.Sdk.UpdateResult<AzureStorage.Tables.TableEntity>.Failure>(late).Problem.Code);
        Assert.Equal(OperationStatus.Drifted, (await plugin.UpdateAsync(Entity, id, Entity1(table, "p", "r", Title("second")), seen)).Status);
        Assert.Equal("somebody else's", (await plugin.ReadAsync(Entity, id)).GetProperty("Properties")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task Entities_are_listed_below_their_table_in_pages_whatever_their_keys_are()
    {
        await using var plugin = On(server);
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("list") });
        (string Partition, string Row)[] keys = [("a", "1"), ("a", "it's"), ("b c", "x&y=z"), ("100%", "ü"), ("", "")];
        foreach (var (partition, row) in keys)
            await plugin.MakeAsync(Entity, Entity1(table, partition, row, Title($"{partition} {row}")));

        var (ids, pages) = await plugin.ListAsync(Entity, pageSize: 2, new JsonObject { ["Table"] = table });

        Assert.Equal(keys.Select(key => $"{table}/{key.Partition.Replace("%", "%25")}/{key.Row}").Order(), ids.Order());
        Assert.True(pages >= 3, $"{pages}");
        foreach (var id in ids)
        {
            var live = await plugin.ReadAsync(Entity, id);
            Assert.Equal($"{live.GetProperty("PartitionKey").GetString()} {live.GetProperty("RowKey").GetString()}", live.GetProperty("Properties")[0].GetProperty("Value").GetString());
        }
    }

    [Theory]
    [InlineData("""{"PartitionKey":"a/b"}""", "'PartitionKey'")]
    [InlineData("""{"Table":"1st"}""", "'Table'")]
    [InlineData("""{"Properties":[{"Name":"Timestamp","Value":"x"}]}""", "Timestamp")]
    [InlineData("""{"Properties":[{"Name":"Count","Value":"many","Type":"Int32"}]}""", "'Properties.Count'")]
    [InlineData("""{"Properties":[{"Name":"Place","Value":{"x":1}}]}""", "'Properties.Place'")]
    [InlineData("""{"Properties":[{"Name":"A","Value":"1"},{"Name":"A","Value":"2"}]}""", "'A' is there twice")]
    public async Task What_the_service_would_refuse_is_refused_with_its_path(string properties, string path)
    {
        await using var plugin = On(server);
        var desired = Entity1("table", "p", "r");
        foreach (var (name, value) in JsonNode.Parse(properties)!.AsObject())
            desired[name] = value!.DeepClone();

        var refused = await plugin.ExecuteAsync(Create(Entity, desired));

        Assert.Equal(ProblemCodes.InvalidRequest, refused.Problem?.Code);
        Assert.Contains(path, refused.Problem!.Message, StringComparison.Ordinal);
    }

    private static JsonObject Title(string text) => new() { ["Name"] = "Title", ["Value"] = text };

    private static JsonObject Entity1(string table, string partition, string row, params JsonObject[] properties) =>
        new() { ["Table"] = table, ["PartitionKey"] = partition, ["RowKey"] = row, ["Properties"] = new JsonArray([.. properties]) };
}
