using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Who refers to something that is replaced or goes is seen to, in whatever stack it is.</summary>
public sealed class CascadeTests : IAsyncLifetime
{
    private const string Head = """
        Stacks: [{ Label: net }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:

        """;

    private const string Parent = "  - { Label: parent, Type: \"FakeAWS::Versioned::Parent\", Stack: net, Target: eu, Properties: { Name: one } }\n";
    private const string Vpc = "  - { Label: vpc, Type: \"FakeAWS::EC2::VPC\", Stack: net, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }\n";

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F067_a_consumer_in_the_same_document_gets_the_value_of_the_new_producer()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent + Consumer("net")));
        var before = await FindAsync("consumer");

        var command = await _plane.RunAsync(Head + Parent.Replace("Name: one", "Name: two", StringComparison.Ordinal) + Consumer("net"));

        ControlPlane.Succeeded(command);
        Assert.Equal(["create parent", "delete parent", "update consumer"], Operations(command));
        var update = command.ResourceUpdates!.Single(update => update.Operation == "update");
        Assert.Equal((true, "parent"), (update.IsCascade, update.CascadeSource));
        Assert.True(update.PatchDocument!.Value[0].GetProperty("value").GetProperty("$cascade-resolvable").GetBoolean());
        await PointsAtAsync("consumer", "ParentRef", "parent", "ParentId");
        var after = await FindAsync("consumer");
        Assert.Equal((before.Ksuid, before.NativeId), (after.Ksuid, after.NativeId));
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Head + Parent.Replace("Name: one", "Name: two", StringComparison.Ordinal) + Consumer("net"))).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task F068_a_consumer_that_cannot_be_pointed_elsewhere_is_replaced()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Vpc + Machine("net")));
        var before = await FindAsync("machine");

        var command = await _plane.RunAsync(Head + Vpc.Replace("10.0", "10.9", StringComparison.Ordinal) + Machine("net"));

        ControlPlane.Succeeded(command);
        Assert.Equal(["create machine", "create vpc", "delete machine", "delete vpc"], Operations(command));
        Assert.All(command.ResourceUpdates!.Where(update => update.ResourceLabel == "machine"), half => Assert.Equal("vpc", half.CascadeSource));
        await PointsAtAsync("machine", "VpcId", "vpc", "VpcId");
        var after = await FindAsync("machine");
        Assert.Equal(before.Ksuid, after.Ksuid);
        Assert.NotEqual(before.NativeId, after.NativeId);
    }

    [Fact]
    public async Task F069_consumers_in_other_stacks_are_updated_or_replaced()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent + Vpc));
        ControlPlane.Succeeded(await _plane.RunAsync(Head.Replace("net", "app", StringComparison.Ordinal) + Consumer("app") + Machine("app")));

        var command = await _plane.RunAsync(Head + Parent.Replace("Name: one", "Name: two", StringComparison.Ordinal) + Vpc.Replace("10.0", "10.9", StringComparison.Ordinal));

        ControlPlane.Succeeded(command);
        Assert.Equal(["create machine", "create parent", "create vpc", "delete machine", "delete parent", "delete vpc", "update consumer"], Operations(command));
        await PointsAtAsync("consumer", "ParentRef", "parent", "ParentId");
        await PointsAtAsync("machine", "VpcId", "vpc", "VpcId");

        // Whoever declares them next finds them as declared.
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Head.Replace("net", "app", StringComparison.Ordinal) + Consumer("app") + Machine("app"))).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task F070_what_is_unmanaged_and_refers_to_it_is_left_alone()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent));
        var parent = await FindAsync("parent");
        var found = new Resource
        {
            Ksuid = _plane.Get<KsuidSource>().Next(),
            Type = "FakeAWS::Versioned::Consumer",
            Label = "found",
            Stack = Stack.Unmanaged,
            Target = "eu",
            NativeId = "found-1",
            Properties = System.Text.Json.JsonElement.Parse($$"""{"ParentRef":{"$ref":"formae://{{parent.Ksuid}}#/ParentId","$value":"p"} }"""),
        };
        await _plane.Get<ResourceStore>().PutAsync(found, null, "create", "discovery", CancellationToken.None);

        var command = await _plane.RunAsync(Head + Parent.Replace("Name: one", "Name: two", StringComparison.Ordinal));

        ControlPlane.Succeeded(command);
        Assert.Equal(["create parent", "delete parent"], Operations(command));
        Assert.DoesNotContain(_plane.Sent, request => request.NativeId == "found-1");
    }

    [Fact]
    public async Task A_reference_that_the_document_drops_with_its_producer_becomes_a_value_without_a_call()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent + Consumer("net")));
        var id = (await FindAsync("parent")).ReadOnlyProperties!.Value.GetProperty("ParentId").GetString();

        var command = await _plane.RunAsync(Head + "  - { Label: consumer, Type: \"FakeAWS::Versioned::Consumer\", Stack: net, Target: eu, Properties: { Name: c } }");

        ControlPlane.Succeeded(command);
        Assert.Equal(["delete parent", "update consumer"], Operations(command));
        Assert.DoesNotContain(_plane.Calls, call => call.Operation == OperationVerb.Update);
        Assert.Equal(id, (await FindAsync("consumer")).Properties!.Value.GetProperty("ParentRef").GetString());
    }

    [Fact]
    public async Task A_producer_that_vanished_does_not_keep_its_consumer_from_being_changed()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent + Consumer("net")));
        var id = (await FindAsync("parent")).ReadOnlyProperties!.Value.GetProperty("ParentId").GetString();
        await _plane.Get<ResourceStore>().RemoveAsync(await FindAsync("parent"), "synchronization", CancellationToken.None);

        var command = await _plane.RunAsync(Head + "  - { Label: consumer, Type: \"FakeAWS::Versioned::Consumer\", Stack: net, Target: eu, Properties: { Name: c, Value: x } }", mode: ApplyMode.Patch);

        ControlPlane.Succeeded(command);
        var consumer = (await FindAsync("consumer")).Properties!.Value;
        Assert.Equal(("x", id), (consumer.GetProperty("Value").GetString(), consumer.GetProperty("ParentRef").GetString()));
    }

    [Fact]
    public async Task What_another_stack_refers_to_is_not_left_out_unless_it_goes_along()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent + Vpc));
        ControlPlane.Succeeded(await _plane.RunAsync(Head.Replace("net", "app", StringComparison.Ordinal) + Consumer("app")));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Head + Vpc));
        Assert.Equal((409, ErrorCodes.ResourceHasDependents), (refused.Status, refused.Error.Error));

        var command = await _plane.RunAsync(Head + Vpc, onDependents: OnDependents.Cascade);
        ControlPlane.Succeeded(command);
        Assert.Equal(["delete consumer", "delete parent"], Operations(command));
        Assert.Equal(["vpc"], (await _plane.InventoryAsync()).Select(resource => resource.Label));
    }

    [Fact]
    public async Task F081_what_others_depend_on_is_not_destroyed()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent));
        ControlPlane.Succeeded(await _plane.RunAsync(Head.Replace("net", "app", StringComparison.Ordinal) + Consumer("app")));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Head + Parent, CommandKind.Destroy));

        Assert.Equal((409, ErrorCodes.ResourceHasDependents), (refused.Status, refused.Error.Error));
        Assert.Equal("""[{"ResourceLabel":"consumer","ResourceType":"FakeAWS::Versioned::Consumer","Stack":"app","CascadeSource":"parent"}]""", refused.Error.Data!.Value.GetProperty("Dependents").GetRawText());
        Assert.Equal(2, (await _plane.InventoryAsync()).Count);
        var simulated = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Head + Parent, CommandKind.Destroy, simulate: true)).Response.Simulation.Command;
        Assert.Equal("parent", simulated.ResourceUpdates!.Single(update => update.IsCascade is true).CascadeSource);
    }

    [Fact]
    public async Task F082_a_cascade_destroys_dependents_before_what_they_depend_on()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Parent));
        ControlPlane.Succeeded(await _plane.RunAsync(Head.Replace("net", "app", StringComparison.Ordinal) + Consumer("app")));

        var command = await _plane.RunAsync(Head + Parent, CommandKind.Destroy, onDependents: OnDependents.Cascade);

        ControlPlane.Succeeded(command);
        var updates = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!);
        Assert.True(updates["parent"].StartedAt >= updates["consumer"].StartedAt + TimeSpan.FromMilliseconds(updates["consumer"].Duration!.Value));
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task A_circle_that_two_commands_built_can_be_destroyed()
    {
        var apart = Head + Named("a", "") + Named("b", To("a"));
        ControlPlane.Succeeded(await _plane.RunAsync(apart));
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Named("a", To("b")), mode: ApplyMode.Patch));

        var command = await _plane.RunAsync(apart, CommandKind.Destroy);

        ControlPlane.Succeeded(command);
        Assert.Empty(await _plane.InventoryAsync());

        static string Named(string label, string more) => $"  - {{ Label: {label}, Type: \"FakeAWS::Versioned::Consumer\", Stack: net, Target: eu, Properties: {{ Name: {label}{more} }} }}\n";
        static string To(string label) => $", ParentRef: {{ $res: true, $label: {label}, $type: \"FakeAWS::Versioned::Consumer\", $stack: net, $property: ConsumerId }}";
    }

    private static string Consumer(string stack) =>
        $"  - {{ Label: consumer, Type: \"FakeAWS::Versioned::Consumer\", Stack: {stack}, Target: eu, Properties: {{ Name: c, ParentRef: {{ $res: true, $label: parent, $type: \"FakeAWS::Versioned::Parent\", $stack: net, $property: ParentId }} }} }}\n";

    private static string Machine(string stack) =>
        $"  - {{ Label: machine, Type: \"FakeAWS::EC2::Instance\", Stack: {stack}, Target: eu, Properties: {{ ImageId: i, VpcId: {{ $res: true, $label: vpc, $type: \"FakeAWS::EC2::VPC\", $stack: net, $property: VpcId }} }} }}\n";

    private async Task PointsAtAsync(string consumer, string field, string producer, string property) => Assert.Equal(
        (await FindAsync(producer)).ReadOnlyProperties!.Value.GetProperty(property).GetString(),
        (await FindAsync(consumer)).Properties!.Value.GetProperty(field).GetProperty("$value").GetString());

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private static IEnumerable<string> Operations(Command command) => command.ResourceUpdates!.Select(update => $"{update.Operation} {update.ResourceLabel}").Order();
}
