using System.Text.Json;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

/// <summary>What a create has made although nobody waited for it any more.</summary>
public class LateResourceTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_canceled_command_has_made_is_unmanaged_and_keeps_its_label()
    {
        var made = Resource("abandoned", "bucket");

        await fixture.Resources.PutAbandonedAsync(made, "c1", _cancellation);
        await fixture.Resources.PutAbandonedAsync(made, "c1", _cancellation);

        var kept = (await fixture.Resources.FindAsync(made.Ksuid!, _cancellation))!.Value.Resource;
        Assert.Equal((Stack.Unmanaged, "bucket", false, made.NativeId), (kept.Stack, kept.Label, kept.Managed, kept.NativeId));
        Assert.Equal(kept.Ksuid, (await fixture.Resources.FindByNativeIdAsync(made.Type, made.Target, made.NativeId!, _cancellation))!.Ksuid);
        Assert.Single(await VersionsAsync(made.Ksuid!));
    }

    [Fact]
    public async Task Where_another_unmanaged_resource_has_the_label_the_native_id_takes_its_place()
    {
        await fixture.Resources.PutAbandonedAsync(Resource("first", "same"), "c1", _cancellation);
        var second = Resource("second", "same");

        await fixture.Resources.PutAbandonedAsync(second, "c2", _cancellation);

        Assert.Equal(second.NativeId, (await fixture.Resources.FindAsync(second.Ksuid!, _cancellation))!.Value.Resource.Label);
    }

    [Fact]
    public async Task What_the_inventory_has_meanwhile_is_left_as_it_is()
    {
        var taken = Resource("taken", "bucket");
        await fixture.Resources.PutAsync(taken, null, "create", "c2", _cancellation);

        // The same object under another identity, and the same identity as a later command wrote it.
        await fixture.Resources.PutAbandonedAsync(taken with { Ksuid = fixture.Ksuids.Next() }, "c1", _cancellation);
        await fixture.Resources.PutLateAsync(taken with { Ksuid = fixture.Ksuids.Next() }, "c1", _cancellation);
        await fixture.Resources.PutAbandonedAsync(taken with { NativeId = "elsewhere" }, "c1", _cancellation);

        var live = Assert.Single(await fixture.Resources.ReadTargetAsync(taken.Target, _cancellation), resource => resource.NativeId == taken.NativeId);
        Assert.Equal((taken.Ksuid, "taken"), (live.Ksuid, live.Stack));
    }

    [Fact]
    public async Task A_second_object_of_one_create_gets_an_identity_of_its_own_and_only_one()
    {
        var first = Resource("doubled", "bucket");
        await fixture.Resources.PutAsync(first, null, "create", "c1", _cancellation);
        var second = first with { NativeId = "native-second" };

        await fixture.Resources.PutSecondAsync(second, "c1", _cancellation);
        await fixture.Resources.PutSecondAsync(second, "c1", _cancellation);

        var kept = (await fixture.Resources.FindByNativeIdAsync(first.Type, first.Target, "native-second", _cancellation))!;
        Assert.Equal((Stack.Unmanaged, "native-second", false), (kept.Stack, kept.Label, kept.Managed));
        Assert.NotEqual(first.Ksuid, kept.Ksuid);
        Assert.Single(await VersionsAsync(kept.Ksuid!));
        Assert.Equal(first.NativeId, (await fixture.Resources.FindAsync(first.Ksuid!, _cancellation))!.Value.Resource.NativeId);
    }

    [Fact]
    public async Task The_old_report_of_an_object_that_is_gone_does_not_bring_it_back()
    {
        var gone = Resource("gone", "bucket");
        await fixture.Resources.PutAsync(gone, null, "create", "c1", _cancellation);
        await fixture.Resources.RemoveAsync(gone, "c2", _cancellation);

        await fixture.Resources.PutSecondAsync(gone, "c1", _cancellation);

        Assert.Null(await fixture.Resources.FindByNativeIdAsync(gone.Type, gone.Target, gone.NativeId!, _cancellation));
    }

    private async Task<List<Azure.Data.Tables.TableEntity>> VersionsAsync(string ksuid)
    {
        var rows = new List<Azure.Data.Tables.TableEntity>();
        await foreach (var row in fixture.Tables.Versions.QueryAsync<Azure.Data.Tables.TableEntity>($"PartitionKey eq '{ksuid}'", cancellationToken: _cancellation))
            rows.Add(row);
        return rows;
    }

    private Resource Resource(string stack, string label) => new()
    {
        Ksuid = fixture.Ksuids.Next(),
        Stack = stack,
        Type = "Test::A::B",
        Label = label,
        Target = $"t-{stack}",
        NativeId = $"native-{stack}-{label}",
        Managed = true,
        Properties = JsonElement.Parse("{\"Name\":\"x\"}"),
    };
}
