using System.Text.Json;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

public class ResourceStoreTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resource_is_found_by_name_by_identity_and_in_its_stack()
    {
        var resource = Resource("found", "bucket");
        await fixture.Resources.PutAsync(resource, null, "create", "c1", _cancellation);

        Assert.Equal(resource.Ksuid, (await fixture.Resources.FindAsync(resource.Key, _cancellation))!.Ksuid);
        Assert.Equal(("bucket", "c1"), ((await fixture.Resources.FindAsync(resource.Ksuid!, _cancellation))!.Value.Resource.Label, (await fixture.Resources.FindAsync(resource.Ksuid!, _cancellation))!.Value.CommandId));
        Assert.Equal(["bucket"], (await fixture.Resources.ReadStackAsync("found", _cancellation)).Select(found => found.Label));
    }

    [Fact]
    public async Task The_same_command_written_twice_leaves_one_version()
    {
        var resource = Resource("twice", "bucket");
        await fixture.Resources.PutAsync(resource, null, "create", "c1", _cancellation);
        var version = (await fixture.Resources.FindAsync(resource.Key, _cancellation))!.Version;

        await fixture.Resources.PutAsync(resource, null, "create", "c1", _cancellation);

        Assert.Equal(version, (await fixture.Resources.FindAsync(resource.Key, _cancellation))!.Version);
        Assert.Single(await Versions(resource.Ksuid!));
    }

    [Fact]
    public async Task Versions_sort_in_the_order_they_were_written()
    {
        var resource = Resource("versions", "bucket");
        for (var i = 0; i < 10; i++)
            await fixture.Resources.PutAsync(resource with { Group = $"{i}" }, resource, i == 0 ? "create" : "update", $"c{i}", _cancellation);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"c{i}"), (await Versions(resource.Ksuid!)).Select(row => row.GetString("CommandId")));
    }

    [Fact]
    public async Task A_removed_resource_leaves_a_tombstone_and_nothing_else()
    {
        var producer = Resource("removed", "vpc");
        var consumer = Resource("removed", "subnet", $$$"""{"VpcId":{"$ref":"formae://{{{producer.Ksuid}}}#/VpcId","$value":"v"}}""");
        await fixture.Resources.PutAsync(producer, null, "create", "c1", _cancellation);
        await fixture.Resources.PutAsync(consumer, null, "create", "c1", _cancellation);
        Assert.Equal(["subnet"], (await fixture.Resources.ReadDependentsAsync(producer.Ksuid!, _cancellation)).Resources.Select(found => found.Label));

        await fixture.Resources.RemoveAsync(consumer, "c2", _cancellation);
        await fixture.Resources.RemoveAsync(consumer, "c2", _cancellation);

        Assert.Null(await fixture.Resources.FindAsync(consumer.Key, _cancellation));
        Assert.Null(await fixture.Resources.FindAsync(consumer.Ksuid!, _cancellation));
        Assert.Empty((await fixture.Resources.ReadDependentsAsync(producer.Ksuid!, _cancellation)).Resources);
        Assert.Equal(["create", "delete"], (await Versions(consumer.Ksuid!)).Select(row => row.GetString("Operation")));
    }

    [Fact]
    public async Task A_rename_moves_the_row_and_keeps_the_identity()
    {
        var before = Resource("renamed", "old");
        await fixture.Resources.PutAsync(before, null, "create", "c1", _cancellation);

        await fixture.Resources.PutAsync(before with { Label = "new" }, before, "update", "c2", _cancellation);

        Assert.Null(await fixture.Resources.FindAsync(before.Key, _cancellation));
        Assert.Equal("new", (await fixture.Resources.FindAsync(before.Ksuid!, _cancellation))!.Value.Resource.Label);
    }

    [Fact]
    public async Task Two_resources_that_change_names_with_one_another_both_stay()
    {
        var one = Resource("swap", "a");
        var two = Resource("swap", "b");
        await fixture.Resources.PutAsync(one, null, "create", "c1", _cancellation);
        await fixture.Resources.PutAsync(two, null, "create", "c1", _cancellation);

        await fixture.Resources.PutAsync(one with { Label = "b" }, one, "update", "c2", _cancellation);
        await fixture.Resources.PutAsync(two with { Label = "a" }, two, "update", "c2", _cancellation);

        Assert.Equal("b", (await fixture.Resources.FindAsync(one.Ksuid!, _cancellation))!.Value.Resource.Label);
        Assert.Equal("a", (await fixture.Resources.FindAsync(two.Ksuid!, _cancellation))!.Value.Resource.Label);
    }

    [Fact]
    public async Task A_rename_that_ended_half_way_is_brought_to_its_end_by_its_repetition()
    {
        var before = Resource("half", "old");
        await fixture.Resources.PutAsync(before, null, "create", "c1", _cancellation);
        await fixture.Resources.PutAsync(before with { Label = "new" }, null, "update", "c2", _cancellation);

        await fixture.Resources.PutAsync(before with { Label = "new" }, before, "update", "c2", _cancellation);

        Assert.Equal(["new"], (await fixture.Resources.ReadStackAsync("half", _cancellation)).Select(found => found.Label));
    }

    [Fact]
    public async Task A_removal_that_ended_half_way_is_brought_to_its_end_by_its_repetition()
    {
        var resource = Resource("half-removed", "bucket");
        await fixture.Resources.PutAsync(resource, null, "create", "c1", _cancellation);
        await foreach (var row in fixture.Tables.Resources.QueryAsync<Azure.Data.Tables.TableEntity>("PartitionKey eq 'half-removed'", cancellationToken: _cancellation))
            await fixture.Tables.Resources.DeleteEntityAsync(row.PartitionKey, row.RowKey, Azure.ETag.All, _cancellation);

        await fixture.Resources.RemoveAsync(resource, "c2", _cancellation);

        Assert.False((await fixture.Tables.ByKsuid.GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>(resource.Ksuid!, "resource", cancellationToken: _cancellation)).HasValue);
    }

    [Fact]
    public async Task A_late_create_whose_name_is_taken_is_kept_as_unmanaged()
    {
        var late = Resource("late", "bucket");
        var successor = Resource("late", "bucket") with { NativeId = "successor" };
        await fixture.Resources.PutAsync(successor, null, "create", "c2", _cancellation);

        await fixture.Resources.PutLateAsync(late, "c1", _cancellation);
        await fixture.Resources.PutLateAsync(late, "c1", _cancellation);

        Assert.Equal(successor.Ksuid, (await fixture.Resources.FindAsync(successor.Key, _cancellation))!.Ksuid);
        var kept = (await fixture.Resources.FindAsync(late.Ksuid!, _cancellation))!.Value.Resource;
        Assert.Equal((Stack.Unmanaged, late.NativeId, false), (kept.Stack, kept.Label, kept.Managed));
        Assert.Single(await Versions(late.Ksuid!));
    }

    private async Task<List<Azure.Data.Tables.TableEntity>> Versions(string ksuid)
    {
        var rows = new List<Azure.Data.Tables.TableEntity>();
        await foreach (var row in fixture.Tables.Versions.QueryAsync<Azure.Data.Tables.TableEntity>($"PartitionKey eq '{ksuid}'", cancellationToken: _cancellation))
            rows.Add(row);
        return rows;
    }

    private Resource Resource(string stack, string label, string properties = "{\"Name\":\"x\"}") => new()
    {
        Ksuid = fixture.Ksuids.Next(),
        Stack = stack,
        Type = "Test::A::B",
        Label = label,
        Target = "t",
        NativeId = $"native-{stack}-{label}",
        Managed = true,
        Properties = JsonElement.Parse(properties),
    };
}
