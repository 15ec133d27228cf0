using System.Text.Json;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What follows when something that others refer to becomes another object, within a stack and beyond it.</summary>
public sealed class CascadeExecutionTests : IAsyncLifetime
{
    private const string Base = """
        Stacks: [{ Label: base }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: base, Target: eu, Properties: { Name: one } }
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: base, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
        """;

    private const string Consumers = """
          - Label: consumer
            Type: "FakeAWS::Versioned::Consumer"
            Stack: STACK
            Target: eu
            Properties: { Name: c, ParentRef: { $res: true, $label: parent, $type: "FakeAWS::Versioned::Parent", $stack: base, $property: ParentId } }
          - Label: machine
            Type: "FakeAWS::EC2::Instance"
            Stack: STACK
            Target: eu
            Properties: { ImageId: ami-1, VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: base, $property: VpcId } }
        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F067_a_consumer_of_a_replaced_producer_is_updated_with_the_new_value()
    {
        var document = $"{Base}\n{Consumers.Replace("STACK", "base", StringComparison.Ordinal)}";
        ControlPlane.Succeeded(await _plane.RunAsync(document));
        var before = await _plane.InventoryAsync();

        var command = await _plane.RunAsync(document.Replace("Name: one", "Name: two", StringComparison.Ordinal));

        await AssertUpdatedAsync(command, before);
    }

    [Fact]
    public async Task F068_a_consumer_that_cannot_be_pointed_at_the_new_producer_is_replaced_with_it()
    {
        var document = $"{Base}\n{Consumers.Replace("STACK", "base", StringComparison.Ordinal)}";
        ControlPlane.Succeeded(await _plane.RunAsync(document));
        var before = await _plane.InventoryAsync();

        var command = await _plane.RunAsync(document.Replace("10.0.0.0/16", "10.9.0.0/16", StringComparison.Ordinal));

        await AssertReplacedAsync(command, before);
    }

    [Fact]
    public async Task F069_consumers_of_another_stack_follow_as_those_of_the_same_do()
    {
        var apart = Base.Replace("Stacks: [{ Label: base }]", "Stacks: [{ Label: base }, { Label: app }]", StringComparison.Ordinal);
        ControlPlane.Succeeded(await _plane.RunAsync($"{apart}\n{Consumers.Replace("STACK", "app", StringComparison.Ordinal)}"));
        var before = await _plane.InventoryAsync();

        var updated = await _plane.RunAsync(Base.Replace("Name: one", "Name: two", StringComparison.Ordinal));
        await AssertUpdatedAsync(updated, before);
        before = await _plane.InventoryAsync();

        var replaced = await _plane.RunAsync(Base.Replace("Name: one", "Name: two", StringComparison.Ordinal).Replace("10.0.0.0/16", "10.9.0.0/16", StringComparison.Ordinal));
        await AssertReplacedAsync(replaced, before);
    }

    private async Task AssertUpdatedAsync(Command command, IReadOnlyList<Resource> before)
    {
        ControlPlane.Succeeded(command);
        var update = command.ResourceUpdates!.Single(update => update.ResourceLabel == "consumer");
        Assert.Equal(("update", true, "parent"), (update.Operation, update.IsCascade, update.CascadeSource));
        Assert.DoesNotContain(command.ResourceUpdates!, other => other.ResourceLabel == "machine");
        var after = await _plane.InventoryAsync();
        var parent = Of(after, "parent");
        Assert.NotEqual(Of(before, "parent").NativeId, parent.NativeId);
        Assert.Equal((Of(before, "parent").Ksuid, Of(before, "consumer").NativeId), (parent.Ksuid, Of(after, "consumer").NativeId));
        Assert.Equal(parent.NativeId, Of(after, "consumer").Properties!.Value.GetProperty("ParentRef").GetProperty("$value").GetString());
        var request = _plane.Sent.Single(request => request is { Verb: OperationVerb.Update, Label: "consumer" });
        Assert.Equal(parent.NativeId, request.Properties!.Value.GetProperty("ParentRef").GetString());
        Assert.Equal(parent.NativeId, Assert.Single(request.Patch!.Value.EnumerateArray(), operation => operation.GetProperty("path").GetString() == "/ParentRef").GetProperty("value").GetString());
    }

    private async Task AssertReplacedAsync(Command command, IReadOnlyList<Resource> before)
    {
        ControlPlane.Succeeded(command);
        var halves = command.ResourceUpdates!.Where(update => update.ResourceLabel == "machine").ToDictionary(update => update.Operation);
        Assert.Equal(["create", "delete"], halves.Keys.Order());
        Assert.Equal(halves["create"].GroupId, halves["delete"].GroupId);
        Assert.DoesNotContain(command.ResourceUpdates!, other => other.ResourceLabel is "consumer" or "parent");
        var after = await _plane.InventoryAsync();
        Assert.Equal(Of(before, "machine").Ksuid, Of(after, "machine").Ksuid);
        Assert.NotEqual(Of(before, "machine").NativeId, Of(after, "machine").NativeId);
        Assert.Equal(Of(after, "vpc").NativeId, Of(after, "machine").Properties!.Value.GetProperty("VpcId").GetProperty("$value").GetString());

        // The old consumer goes before the old producer, the new producer comes before the new consumer.
        var calls = _plane.Calls.Where(call => call.OperationId.StartsWith(command.CommandId, StringComparison.Ordinal) && call.Operation is OperationVerb.Create or OperationVerb.Delete && call.ResourceType.Contains("EC2", StringComparison.Ordinal))
            .Where(call => call.OperationId.StartsWith(command.CommandId, StringComparison.Ordinal)).Select(call => $"{call.Operation} {call.ResourceType["FakeAWS::EC2::".Length..]}");
        Assert.Equal(["Delete Instance", "Delete VPC", "Create VPC", "Create Instance"], calls);
    }

    private static Resource Of(IReadOnlyList<Resource> inventory, string label) => inventory.Single(resource => resource.Label == label);
}
