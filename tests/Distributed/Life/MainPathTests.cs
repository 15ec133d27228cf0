using System.Text.Json.Nodes;
using Formae.Client;
using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

[Collection(OneSystem.Collection)]
public sealed class MainPathTests(OneSystem system)
{
    private const string Site = "main-site";

    private ControlPlane Plane => system.Plane;

    [Fact]
    public async Task What_a_document_says_is_made_kept_changed_and_removed_by_two_plugins()
    {
        var first = Shop("t3.small");
        var before = await CloudAsync();

        var created = await Plane.RunCommandAsync(first);

        Assert.All(created.ResourceUpdates!, update => Assert.Equal(("create", States.Success), (update.Operation, update.State)));
        var inventory = await Plane.InventoryAsync($"stack:{Site}");
        Assert.Equal(["address", "banner", "machine", "net", "store"], inventory.Select(resource => resource.Label).Order());
        var net = inventory.Single(resource => resource.Label == "net");
        var machine = inventory.Single(resource => resource.Label == "machine");
        Assert.Contains(net.NativeId!, machine.Properties!.Value.GetProperty("VpcId").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(machine.ReadOnlyProperties!.Value.GetProperty("PrivateDnsName").GetString(), await File.ReadAllTextAsync(Path.Combine(system.Folder, "site", "address.txt"), TestContext.Current.CancellationToken));
        Assert.Equal(3, (await CloudAsync()).Except(before).Count());

        Assert.False((await Plane.SubmitAsync(first)).Simulation.ChangesRequired);

        var changed = await Plane.RunCommandAsync(Shop("t3.large"));
        Assert.Equal(("machine", "update"), changed.ResourceUpdates!.Select(update => (update.ResourceLabel, update.Operation)).Single());
        Assert.Equal(machine.NativeId, (await Plane.InventoryAsync($"stack:{Site} label:machine")).Single().NativeId);

        await Plane.RunCommandAsync(Shop("t3.large"), SubmitKind.Destroy);
        Assert.Empty(await Plane.InventoryAsync($"stack:{Site}"));
        Assert.Equal(before, await CloudAsync());
        Assert.False(File.Exists(Path.Combine(system.Folder, "site", "address.txt")));
    }

    [Fact]
    public async Task A10_operations_run_in_the_process_of_their_plugin()
    {
        var document = new DocumentBuilder().Stack("elsewhere").Target("aws", "FakeAWS").Resource("elsewhere", "aws", Bucket, "proof", ("BucketName", "proof-of-process")).ToString();
        var command = await Plane.RunCommandAsync(document);

        var processes = Plane.Ready.GetProperty("processes").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("pid").GetInt32());
        var call = (await Plane.Cloud.CallsAsync()).Single(one => one.OperationId.StartsWith(command.CommandId, StringComparison.Ordinal));
        Assert.Equal(("Create", Bucket, processes["fakeaws"]), (call.Operation, call.ResourceType, call.ProcessId));
        Assert.Equal(processes.Count, processes.Values.Append(Plane.Id).Distinct().Count() - 1);
        await Plane.RunCommandAsync(document, SubmitKind.Destroy);
    }

    [Fact]
    public async Task A_target_is_made_from_what_another_plugin_made_and_goes_before_it()
    {
        const string Stack = "made";
        var document = new DocumentBuilder().Stack(Stack)
            .Target("rooms", "Local", new JsonObject { ["Root"] = Path.Combine(system.Folder, "made") })
            .Target("place", "FakeAWS", new JsonObject { ["Region"] = Reference(Stack, RandomId, "region", "Value") })
            .Resource(Stack, "rooms", RandomId, "region", ("Length", 8), ("Prefix", "region-"))
            .Resource(Stack, "place", Bucket, "store", ("BucketName", "in-a-made-place"))
            .ToString();

        var created = await Plane.RunCommandAsync(document);

        Assert.All(created.TargetUpdates!, update => Assert.Equal(("create", States.Success), (update.Operation, update.State)));
        var inventory = (await Plane.InventoryAsync($"stack:{Stack}")).ToDictionary(resource => resource.Label);
        Assert.Equal(inventory["region"].ReadOnlyProperties!.Value.GetProperty("Value").GetString(), inventory["store"].ReadOnlyProperties!.Value.GetProperty("Region").GetString());

        var destroyed = await Plane.RunCommandAsync(document, SubmitKind.Destroy);

        Assert.Equal(("place", "delete", States.Success), Assert.Single(destroyed.TargetUpdates!.Select(update => (update.TargetLabel, update.Operation, update.State))));
        Assert.Empty(await Plane.InventoryAsync($"stack:{Stack}"));
    }

    private async Task<IEnumerable<string>> CloudAsync() => (await Plane.Cloud.ObjectsAsync()).Select(one => one.NativeId).Order().ToArray();

    private string Shop(string size) => new DocumentBuilder().Stack(Site)
        .Target("aws", "FakeAWS").Target("disk", "Local", new JsonObject { ["Root"] = Path.Combine(system.Folder, "site") })
        .Resource(Site, "disk", LocalFile, "address", ("Path", "address.txt"), ("Content", Reference(Site, Instance, "machine", "PrivateDnsName")))
        .Resource(Site, "aws", Instance, "machine", ("ImageId", "ami-1"), ("InstanceType", size), ("VpcId", Reference(Site, Vpc, "net", "VpcId")))
        .Resource(Site, "aws", Vpc, "net", ("CidrBlock", "10.0.0.0/16"))
        .Resource(Site, "aws", Bucket, "store", ("BucketName", Reference(Site, RandomId, "banner", "Value")))
        .Resource(Site, "disk", RandomId, "banner", ("Length", 12), ("Prefix", "store-"))
        .ToString();
}
