using Formae.Coordination.Intake;
using Formae.Engine.Planning;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>The life of a forma, from its first apply to its destruction, with the plugin behind the bus.</summary>
public class ApplyTests : IAsyncLifetime
{
    private const string Network = """
        Stacks:
          - Label: net
          - Label: app
        Targets:
          - Label: eu
            Namespace: FakeAWS
            Config: { Region: eu-1 }
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: net, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: app, Target: eu, Properties: { BucketName: logs } }
          - Label: peer
            Type: "FakeAWS::EC2::VPCCidrBlock"
            Stack: app
            Target: eu
            Properties:
              CidrBlock: 10.1.0.0/16
              VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: net, $property: VpcId }
        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        // Where there is nothing to keep its rows in the test is skipped before there is one.
        if (_plane is not null)
            await _plane.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual Task<ControlPlane> StartAsync() => ControlPlane.StartAsync();

    [Fact]
    public async Task A_first_apply_creates_everything_in_the_order_of_its_references()
    {
        var command = await _plane.RunAsync(Network);

        ControlPlane.Succeeded(command);
        Assert.All(command.ResourceUpdates!, update => Assert.Equal(("create", States.Success), (update.Operation, update.State)));
        var updates = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!);
        Assert.True(updates["peer"].StartedAt >= updates["vpc"].StartedAt + TimeSpan.FromMilliseconds(updates["vpc"].Duration!.Value));
        var inventory = (await _plane.InventoryAsync()).ToDictionary(resource => resource.Label);
        Assert.Equal(3, inventory.Count);
        var vpcId = inventory["vpc"].ReadOnlyProperties!.Value.GetProperty("VpcId").GetString();
        var reference = inventory["peer"].Properties!.Value.GetProperty("VpcId");
        Assert.Equal(("vpc", vpcId), (reference.GetProperty("$label").GetString(), reference.GetProperty("$value").GetString()));
    }

    [Fact]
    public async Task A_request_that_no_message_holds_travels_and_leaves_nothing_behind()
    {
        var name = new string('\u754C', 100_000);

        var command = await _plane.RunAsync(Network.Replace("BucketName: logs", $"BucketName: {name}", StringComparison.Ordinal));

        ControlPlane.Succeeded(command);
        Assert.Equal(name, (await _plane.InventoryAsync()).Single(resource => resource.Label == "logs").Properties!.Value.GetProperty("BucketName").GetString());
    }

    [Fact]
    public async Task The_same_document_again_changes_nothing()
    {
        await _plane.RunAsync(Network);

        var outcome = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Network));

        Assert.False(outcome.Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task A_changed_value_is_one_update_in_place()
    {
        await _plane.RunAsync(Network);
        var before = (await _plane.InventoryAsync()).Single(resource => resource.Label == "vpc");

        var command = await _plane.RunAsync(Network.Replace("Value: dev", "Value: prod", StringComparison.Ordinal));

        var update = Assert.Single(command.ResourceUpdates!);
        Assert.Equal(("update", "vpc", States.Success), (update.Operation, update.ResourceLabel, update.State));
        var after = (await _plane.InventoryAsync()).Single(resource => resource.Label == "vpc");
        Assert.Equal((before.Ksuid, before.NativeId), (after.Ksuid, after.NativeId));
        Assert.Equal("prod", after.Properties!.Value.GetProperty("Tags")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task A_resource_left_out_of_its_stack_is_deleted()
    {
        await _plane.RunAsync(Network);
        var without = string.Join('\n', Network.Split('\n').Where(line => !line.Contains("Label: logs", StringComparison.Ordinal)));

        var command = await _plane.RunAsync(without);

        Assert.Equal(("delete", "logs"), Assert.Single(command.ResourceUpdates!.Select(update => (update.Operation, update.ResourceLabel!))));
        Assert.DoesNotContain(await _plane.InventoryAsync(), resource => resource.Label == "logs");
    }

    [Fact]
    public async Task Destroying_everything_leaves_no_resource_no_stack_and_no_lease()
    {
        await _plane.RunAsync(Network);

        var command = await _plane.RunAsync(Network, CommandKind.Destroy, onDependents: OnDependents.Cascade);

        ControlPlane.Succeeded(command);
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Empty(await _plane.Get<Formae.Coordination.Storage.StackStore>().ListAsync(CancellationToken.None));
        ControlPlane.Succeeded(await _plane.RunAsync(Network));
    }

    [Fact]
    public async Task A_destroy_by_query_takes_what_matches_and_leaves_the_rest()
    {
        await _plane.RunAsync(Network);

        var outcome = Assert.IsType<IntakeOutcome.Accepted>(await _plane.DestroyAsync("type:*::Bucket"));

        ControlPlane.Succeeded(await _plane.EndOfAsync(outcome.Response.CommandId));
        Assert.Equal(["peer", "vpc"], (await _plane.InventoryAsync()).Select(resource => resource.Label).Order());
        var dependents = Assert.IsType<IntakeOutcome.Refused>(await _plane.DestroyAsync("label:vpc"));
        Assert.Equal(ErrorCodes.ResourceHasDependents, dependents.Error.Error);
        Assert.Equal(ErrorCodes.InvalidQuery, Assert.IsType<IntakeOutcome.Refused>(await _plane.DestroyAsync("owner:me")).Error.Error);
    }

    [Fact]
    public async Task A_simulation_stores_nothing()
    {
        var outcome = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Network, simulate: true));

        Assert.True(outcome.Response.Simulation.ChangesRequired);
        Assert.Equal(3, outcome.Response.Simulation.Command.ResourceUpdates!.Count);
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Null(await _plane.Get<Formae.Coordination.Queries.CommandQueries>().FindAsync(outcome.Response.CommandId, CancellationToken.None));
    }

    [Fact]
    public async Task A_failed_producer_fails_its_consumer_and_leaves_the_rest_alone()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::EC2::VPC", Code = "AccessDenied", Count = 1 });

        var command = await _plane.RunAsync(Network);

        Assert.Equal(States.Failed, command.State);
        var states = command.ResourceUpdates!.ToDictionary(update => update.ResourceLabel!, update => update.State);
        Assert.Equal((States.Failed, States.Failed, States.Success), (states["vpc"], states["peer"], states["logs"]));
        Assert.Contains("AccessDenied", command.ResourceUpdates!.Single(update => update.ResourceLabel == "vpc").ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'vpc' (FakeAWS::EC2::VPC)", command.ResourceUpdates!.Single(update => update.ResourceLabel == "peer").ErrorMessage, StringComparison.Ordinal);
        ControlPlane.Succeeded(await _plane.RunAsync(Network));
    }

    [Fact]
    public async Task A_second_command_on_a_stack_that_is_being_changed_conflicts()
    {
        _plane.Cloud.CloseGate();
        var first = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Network));

        var second = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Network));

        Assert.Equal((409, ErrorCodes.ConflictingCommands), (second.Status, second.Error.Error));
        Assert.Equal(first.Response.CommandId, second.Error.Data!.Value.GetProperty("ConflictingCommands")[0].GetProperty("CommandId").GetString());
        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(first.Response.CommandId));
    }

    [Fact]
    public async Task A_command_in_flight_is_carried_on_after_a_restart_and_creates_nothing_twice()
    {
        _plane.Cloud.CloseGate();
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Network));

        await _plane.RestartAsync();
        _plane.Cloud.OpenGate();

        var command = await _plane.EndOfAsync(accepted.Response.CommandId);
        ControlPlane.Succeeded(command);
        Assert.Equal(3, (await _plane.InventoryAsync()).Select(resource => resource.NativeId).Distinct().Count());
    }

    [Fact]
    public async Task A_recoverable_failure_is_tried_again()
    {
        await using var plane = await ControlPlane.StartAsync(("Formae:Operations:RetryDelaySeconds", "0.01"));
        plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::S3::Bucket", Code = "ServiceInternalError", Count = 2 });

        var command = await plane.RunAsync(Network);

        ControlPlane.Succeeded(command);
        Assert.Equal(3, command.ResourceUpdates!.Single(update => update.ResourceLabel == "logs").CurrentAttempt);
    }

    [Fact]
    public async Task A_command_that_was_stored_and_never_started_is_started_by_the_timer()
    {
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Network));
        await _plane.EndOfAsync(accepted.Response.CommandId);

        // The same command again, as a coordinator leaves it that dies between the last row and the start.
        var commands = _plane.Get<Formae.Coordination.Storage.CommandStore>();
        var stored = (await commands.FindAsync(accepted.Response.CommandId, CancellationToken.None))!;
        var orphan = stored with { CommandId = _plane.Get<Formae.Model.KsuidSource>().Next(), State = States.NotStarted, Groups = 0, Stacks = [] };
        await commands.AddAsync(orphan, CancellationToken.None);

        await _plane.HealAsync();

        ControlPlane.Succeeded(await _plane.EndOfAsync(orphan.CommandId));
    }

    [Fact]
    public async Task A_group_with_more_events_than_one_history_holds_loses_none()
    {
        // A star is one component and so one group: 400 consumers of one producer, more than the events of one history.
        var document = new System.Text.StringBuilder("""
            Stacks: [{ Label: star }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: center, Type: "FakeAWS::Versioned::Parent", Stack: star, Target: eu, Properties: { Name: center } }

            """);
        for (var i = 0; i < 400; i++)
            document.AppendLine($$"""  - { Label: c{{i}}, Type: "FakeAWS::Versioned::Consumer", Stack: star, Target: eu, Properties: { Name: c{{i}}, ParentRef: { $res: true, $label: center, $type: "FakeAWS::Versioned::Parent", $stack: star, $property: ParentId } } }""");

        var command = await _plane.RunAsync(document.ToString());

        ControlPlane.Succeeded(command);
        Assert.Equal(401, command.ResourceUpdates!.Count);
    }
}
