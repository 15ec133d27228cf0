using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using Stack = Formae.Model.Stack;
using TargetOperation = Formae.Engine.Planning.TargetOperation;
using TargetUpdate = Formae.Engine.Planning.TargetUpdate;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Targets between resources: made from some, needed by others.</summary>
public sealed class TargetExecutionTests : IAsyncLifetime
{
    private const string Edge = """
        Stacks: [{ Label: net }]
        Targets:
          - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
          - Label: edge
            Namespace: FakeAWS
            Config:
              Region: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: net, $property: VpcId }
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: net, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: net, Target: edge, Properties: { BucketName: logs } }
          - { Label: alone, Type: "FakeAWS::S3::Bucket", Stack: net, Target: eu, Properties: { BucketName: alone } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F075_a_target_with_references_is_made_after_its_producer_and_its_config_is_resolved()
    {
        var command = await _plane.RunAsync(Edge);

        ControlPlane.Succeeded(command);
        var updates = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!);
        var edge = command.TargetUpdates!.Single(update => update.TargetLabel == "edge");
        Assert.Equal((States.Success, States.Success), (edge.State, command.TargetUpdates!.Single(update => update.TargetLabel == "eu").State));
        Assert.True(edge.StartTs >= updates["vpc"].StartedAt + TimeSpan.FromMilliseconds(updates["vpc"].Duration!.Value));
        Assert.True(updates["logs"].StartedAt >= edge.StartTs);
        var vpcId = updates["vpc"].NativeId;
        var logs = (await _plane.InventoryAsync()).Single(resource => resource.Label == "logs");
        Assert.Equal(vpcId, logs.ReadOnlyProperties!.Value.GetProperty("Region").GetString());
        Assert.All(_plane.Sent.Where(request => request.Target == "edge"), request => Assert.Equal(vpcId, request.TargetConfig!.Value.GetProperty("Region").GetString()));

        // The target itself keeps the reference.
        Assert.Contains("$ref", (await TargetAsync("edge"))!.Config!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F075_a_target_whose_producer_failed_is_not_made_and_what_is_on_it_is_not_started()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::EC2::VPC", Code = "AccessDenied", Count = 1 });

        var command = await _plane.RunAsync(Edge);

        Assert.Equal(States.Failed, command.State);
        var edge = command.TargetUpdates!.Single(update => update.TargetLabel == "edge");
        Assert.Equal(States.Failed, edge.State);
        Assert.Equal("Not started: it waits for 'vpc' (FakeAWS::EC2::VPC), which did not succeed.", edge.ErrorMessage);
        var updates = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!);
        Assert.Equal((States.Failed, States.Success), (updates["logs"].State, updates["alone"].State));
        Assert.Equal("Not started: it waits for target 'edge', which did not succeed.", updates["logs"].ErrorMessage);
        Assert.Null(await TargetAsync("edge"));

        ControlPlane.Succeeded(await _plane.RunAsync(Edge));
        Assert.NotNull(await TargetAsync("edge"));
    }

    [Fact]
    public async Task F075_a_config_that_no_value_fits_fails_the_target_and_names_what_is_missing()
    {
        var command = await _plane.RunAsync(Edge.Replace("$property: VpcId", "$property: Nothing", StringComparison.Ordinal));

        var edge = command.TargetUpdates!.Single(update => update.TargetLabel == "edge");
        Assert.Equal(States.Failed, edge.State);
        Assert.Equal("Its config cannot be resolved: Region: the resource has no property 'Nothing' ('vpc').", edge.ErrorMessage);
        Assert.Equal(States.Failed, command.ResourceUpdates!.Single(update => update.ResourceLabel == "logs").State);
        Assert.DoesNotContain(_plane.Sent, request => request.Target == "edge");
    }

    [Fact]
    public async Task F076_a_secret_in_the_config_of_an_unchanged_target_reaches_the_plugin_and_stands_nowhere()
    {
        var hidden = _plane.CloudFile + "-planted-7261";
        var document = $$"""
            Stacks: [{ Label: vault }]
            Targets:
              - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
              - Label: hidden
                Namespace: FakeAWS
                Config:
                  CloudFile: { $res: true, $label: place, $type: "FakeAWS::SecretsManager::Secret", $stack: vault, $property: SecretString }
            Resources:
              - { Label: place, Type: "FakeAWS::SecretsManager::Secret", Stack: vault, Target: eu, Properties: { Name: place, SecretString: "{{hidden}}" } }
              - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: vault, Target: hidden, Properties: { Name: parent } }
            """;
        ControlPlane.Succeeded(await _plane.RunAsync(document));

        // The target is as it was, and to read the parent for the consumer needs the secret as well.
        var command = await _plane.RunAsync(document + """

              - Label: consumer
                Type: "FakeAWS::Versioned::Consumer"
                Stack: vault
                Target: hidden
                Properties: { ParentRef: { $res: true, $label: parent, $type: "FakeAWS::Versioned::Parent", $stack: vault, $property: ParentId } }
            """);

        ControlPlane.Succeeded(command);
        Assert.Null(command.TargetUpdates);
        var consumer = Assert.Single(command.ResourceUpdates!);
        var read = await _plane.Plugin.ExecuteAsync(
            Requests.Read("FakeAWS::Versioned::Consumer", consumer.NativeId!) with { TargetConfig = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["CloudFile"] = hidden }) }, _cancellation);
        Assert.Equal(OperationStatus.Success, read.Status);
        Assert.StartsWith("fake-parent", read.Properties!.Value.GetProperty("ParentRef").GetString(), StringComparison.Ordinal);
        Assert.Single(_plane.Calls, call => call.Operation == OperationVerb.Read && call.ResourceType == "FakeAWS::SecretsManager::Secret" && call.OperationId.StartsWith(command.CommandId, StringComparison.Ordinal));
        Assert.DoesNotContain("planted-7261", await _plane.StoredTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F082_a_destroy_takes_the_target_between_what_is_on_it_and_what_it_is_made_of()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Edge));

        var command = await _plane.RunAsync(Edge, CommandKind.Destroy, onDependents: OnDependents.Cascade);

        ControlPlane.Succeeded(command);
        var updates = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!);
        var edge = command.TargetUpdates!.Single(update => update.TargetLabel == "edge");
        Assert.Equal(("delete", States.Success), (edge.Operation, edge.State));
        Assert.True(updates["logs"].StartedAt + TimeSpan.FromMilliseconds(updates["logs"].Duration!.Value) <= edge.StartTs + TimeSpan.FromMilliseconds(1));
        Assert.True(edge.StartTs <= updates["vpc"].StartedAt);
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Null(await TargetAsync("edge"));
        Assert.NotNull(await TargetAsync("eu"));
    }

    [Fact]
    public async Task A_target_whose_resource_could_not_be_deleted_stays_and_says_why()
    {
        const string Only = """{ "Targets": [{ "Label": "eu", "Namespace": "FakeAWS", "Config": { "Region": "eu-1" } }] }""";
        ControlPlane.Succeeded(await _plane.RunAsync(Edge));
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Delete, ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied", Count = 0 });

        var command = await _plane.RunAsync(Only, CommandKind.Destroy, onDependents: OnDependents.Cascade);

        Assert.Equal(States.Failed, command.State);
        var targets = command.TargetUpdates!.ToDictionary(update => update.TargetLabel);
        Assert.Equal((States.Failed, States.Failed), (targets["eu"].State, targets["edge"].State));
        Assert.Equal("Not deleted: 'alone' (FakeAWS::S3::Bucket) of the stack 'net' is still on it.", targets["eu"].ErrorMessage!.Replace("'vpc' (FakeAWS::EC2::VPC)", "'alone' (FakeAWS::S3::Bucket)", StringComparison.Ordinal));
        Assert.Equal("Not started: it waits for 'logs' (FakeAWS::S3::Bucket), which did not succeed.", targets["edge"].ErrorMessage);
        Assert.NotNull(await TargetAsync("eu"));
        Assert.NotNull(await TargetAsync("edge"));
    }

    [Fact]
    public async Task F083_a_target_destroyed_by_itself_takes_its_resources_and_forgets_the_unmanaged_ones()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Edge));
        var found = new Resource { Ksuid = _plane.Get<KsuidSource>().Next(), Type = "FakeAWS::S3::Bucket", Label = "found", Stack = Stack.Unmanaged, Target = "edge", NativeId = "found-1" };
        await _plane.Get<ResourceStore>().PutAsync(found, null, "create", "discovery", _cancellation);
        _plane.Sent.Clear();

        var command = await _plane.RunAsync("""{ "Targets": [{ "Label": "edge", "Namespace": "FakeAWS" }] }""", CommandKind.Destroy);

        ControlPlane.Succeeded(command);
        Assert.Equal(States.Success, Assert.Single(command.TargetUpdates!).State);
        Assert.Equal(["alone", "vpc"], (await _plane.InventoryAsync()).Select(resource => resource.Label).Order());
        Assert.Null(await _plane.Get<ResourceStore>().FindAsync(found.Ksuid!, _cancellation));
        Assert.DoesNotContain(_plane.Sent, request => request.NativeId == "found-1");
        Assert.Null(await TargetAsync("edge"));
    }

    [Fact]
    public async Task F074_a_replaced_target_goes_between_the_halves_of_its_resources()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Edge.Replace("Target: edge", "Target: eu", StringComparison.Ordinal)));
        var bucket = (await _plane.Get<ResourceStore>().ReadStackAsync("net", _cancellation)).Single(resource => resource.Label == "alone");
        var others = (await _plane.Get<ResourceStore>().ReadStackAsync("net", _cancellation)).Where(resource => resource.Label != "alone").ToList();
        var eu = (await TargetAsync("eu"))!;
        var us = eu with { Config = JsonElement.Parse("""{"Region":"us-1"}""") };
        string[] resources = ["delete", "create"];
        List<Resource> all = [bucket, .. others];

        var command = await _plane.RunAsync(new Plan
        {
            Resources = [.. resources.SelectMany(half => all.Select(one => new ResourceUpdate
            {
                Node = $"{one.Ksuid}/{half}",
                Operation = half == "delete" ? ResourceOperation.Delete : ResourceOperation.Create,
                Resource = one,
                Existing = one,
                GroupId = "g-" + one.Label,
                DependsOn = half == "delete" ? [] : [$"{one.Ksuid}/delete", "target://eu/create"],
            }))],
            Targets =
            [
                new TargetUpdate { Node = "target://eu/delete", Operation = TargetOperation.Delete, Target = eu, Existing = eu, GroupId = "t", DependsOn = [.. all.Select(one => $"{one.Ksuid}/delete")] },
                new TargetUpdate { Node = "target://eu/create", Operation = TargetOperation.Create, Target = us, Existing = eu, GroupId = "t", DependsOn = ["target://eu/delete"] },
            ],
        }, "net");

        ControlPlane.Succeeded(command);
        var halves = command.TargetUpdates!.ToDictionary(update => update.Operation);
        Assert.True(command.ResourceUpdates!.Where(update => update.Operation == "delete").All(update => update.StartedAt <= halves["delete"].StartTs));
        Assert.True(halves["delete"].StartTs <= halves["create"].StartTs);
        Assert.True(command.ResourceUpdates!.Where(update => update.Operation == "create").All(update => update.StartedAt >= halves["create"].StartTs));
        Assert.Equal(("us-1", eu.Version + 1), ((await TargetAsync("eu"))!.Config!.Value.GetProperty("Region").GetString(), (await TargetAsync("eu"))!.Version));
        var after = await _plane.InventoryAsync();
        Assert.Equal("us-1", after.Single(resource => resource.Label == "alone").ReadOnlyProperties!.Value.GetProperty("Region").GetString());
        Assert.Equal(bucket.Ksuid, after.Single(resource => resource.Label == "alone").Ksuid);
        Assert.NotEqual(bucket.NativeId, after.Single(resource => resource.Label == "alone").NativeId);
    }

    [Fact]
    public async Task F071_a_target_is_made_and_changed_in_place_and_counts_its_versions()
    {
        const string Document = """
            Stacks: [{ Label: s }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 }, ConfigSchema: { Hints: { Region: { CreateOnly: false } } } }]
            Resources: [{ Label: logs, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: logs } }]
            """;
        ControlPlane.Succeeded(await _plane.RunAsync(Document));

        var command = await _plane.RunAsync(Document.Replace("Region: eu-1", "Region: eu-2", StringComparison.Ordinal));

        ControlPlane.Succeeded(command);
        var update = Assert.Single(command.TargetUpdates!);
        Assert.Equal(("update", States.Success), (update.Operation, update.State));
        Assert.NotNull(update.StartTs);
        var stored = (await TargetAsync("eu"))!;
        Assert.Equal((2, "eu-2"), (stored.Version, stored.Config!.Value.GetProperty("Region").GetString()));
    }

    [Fact]
    public async Task A_target_that_another_command_changed_since_the_plan_fails_the_command_before_it_does_anything()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Edge));
        var eu = (await TargetAsync("eu"))!;
        var update = new TargetUpdate { Node = "target://eu/update", Operation = TargetOperation.Update, Target = eu with { Discoverable = true }, Existing = eu };
        await _plane.Get<TargetStore>().TryPutAsync(eu with { Config = JsonElement.Parse("""{"Region":"eu-9"}""") }, eu.Version, _cancellation);

        var command = await _plane.RunAsync(new Plan { Targets = [update] });

        Assert.Equal(States.Failed, command.State);
        Assert.Contains("Another command changed the target 'eu'", Assert.Single(command.TargetUpdates!).ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("eu-9", (await TargetAsync("eu"))!.Config!.Value.GetProperty("Region").GetString());
    }

    [Fact]
    public async Task A_target_of_a_group_with_more_events_than_one_history_holds_is_made_once()
    {
        var document = new System.Text.StringBuilder(Edge);
        for (var i = 0; i < 320; i++)
            document.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n  - {{ Label: b{i}, Type: \"FakeAWS::S3::Bucket\", Stack: net, Target: edge, Properties: {{ BucketName: b{i} }} }}");

        var command = await _plane.RunAsync(document.ToString());

        ControlPlane.Succeeded(command);
        Assert.Equal(323, command.ResourceUpdates!.Count);
        Assert.Equal(1, (await TargetAsync("edge"))!.Version);
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on_with_the_target_and_what_is_on_it()
    {
        _plane.Cloud.CloseGate();
        var accepted = Assert.IsType<Formae.Coordination.Intake.IntakeOutcome.Accepted>(await _plane.SubmitAsync(Edge));

        await _plane.RestartAsync();
        _plane.Cloud.OpenGate();

        var command = await _plane.EndOfAsync(accepted.Response.CommandId);
        ControlPlane.Succeeded(command);
        Assert.Equal(States.Success, command.TargetUpdates!.Single(update => update.TargetLabel == "edge").State);
        Assert.Equal(3, (await _plane.InventoryAsync()).Count);
    }

    private Task<Target?> TargetAsync(string label) => _plane.Get<TargetStore>().FindAsync(label, _cancellation);
}
