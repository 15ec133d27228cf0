using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using StackOperation = Formae.Engine.Planning.StackOperation;
using StackUpdate = Formae.Engine.Planning.StackUpdate;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What a command leaves behind: all of it, a part of it, or nothing.</summary>
public sealed class StateExecutionTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web, Description: text }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
        """;

    private const string Vault = """
        Stacks: [{ Label: vault }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: password, Type: "FakeAWS::SecretsManager::Secret", Stack: vault, Target: eu, Properties: { Name: db, SecretString: staple-7261 } }
        """;

    private static readonly OperationVerb[] Mutations = [OperationVerb.Create, OperationVerb.Update, OperationVerb.Delete];
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F043_an_apply_is_accepted_with_an_id_and_succeeds_later()
    {
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document));

        var command = await _plane.EndOfAsync(accepted.Response.CommandId);

        ControlPlane.Succeeded(command);
        Assert.Equal(accepted.Response.CommandId, command.CommandId);
        Assert.All(command.StackUpdates!, update => Assert.Equal(States.Success, update.State));
        Assert.All(command.TargetUpdates!, update => Assert.Equal(States.Success, update.State));
    }

    [Fact]
    public async Task F044_a_simulation_calls_no_plugin_and_stores_nothing()
    {
        var answered = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document, simulate: true));

        var command = answered.Response.Simulation.Command;
        Assert.Equal((2, States.NotStarted, States.NotStarted), (command.ResourceUpdates!.Count, Assert.Single(command.TargetUpdates!).State, Assert.Single(command.StackUpdates!).State));
        Assert.Empty(_plane.Sent);
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Empty(await _plane.Get<StackStore>().ListAsync(_cancellation));
        Assert.Empty(await _plane.Get<TargetStore>().ListAsync(_cancellation));
        Assert.Null(await _plane.Get<CommandQueries>().FindAsync(answered.Response.CommandId, _cancellation));
        Assert.Empty(await _plane.Get<UpdateStore>().SummariesAsync(answered.Response.CommandId, _cancellation));
    }

    [Fact]
    public async Task F085_what_the_cloud_has_lost_already_is_destroyed_all_the_same()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var logs = (await _plane.InventoryAsync()).Single(resource => resource.Label == "logs");
        await _plane.Plugin.ExecuteAsync(Requests.Delete(logs.Type, logs.NativeId!), _cancellation);

        var command = await _plane.RunAsync(Document, CommandKind.Destroy);

        ControlPlane.Succeeded(command);
        Assert.Equal(2, command.ResourceUpdates!.Count);
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task F086_a_stack_goes_with_its_last_resource_and_comes_back_as_another()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var first = Assert.Single(await _plane.Get<StackStore>().ListAsync(_cancellation));

        ControlPlane.Succeeded(await _plane.RunAsync(Document, CommandKind.Destroy));
        Assert.Empty(await _plane.Get<StackStore>().ListAsync(_cancellation));
        ControlPlane.Succeeded(await _plane.RunAsync(Document, mode: ApplyMode.Reconcile, force: true));

        var second = Assert.Single(await _plane.Get<StackStore>().ListAsync(_cancellation));
        Assert.NotEqual(first.Id, second.Id);
        Assert.True(second.CreatedAt > first.CreatedAt);
    }

    [Fact]
    public async Task F086_a_stack_that_its_last_resource_was_moved_out_of_goes_too()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var all = await _plane.Get<ResourceStore>().ReadStackAsync("web", _cancellation);

        var command = await _plane.RunAsync(new Plan
        {
            Stacks = [new StackUpdate { Operation = StackOperation.Create, Stack = new Formae.Model.Stack { Label = "new", Id = _plane.Get<KsuidSource>().Next() } }],
            Resources = [.. all.Select(one => new ResourceUpdate { Node = $"{one.Ksuid}/update", Operation = ResourceOperation.Update, Resource = one with { Stack = "new" }, Existing = one, OldStack = "web" })],
        }, "new", "web");

        ControlPlane.Succeeded(command);
        Assert.All(command.ResourceUpdates!, update => Assert.Equal("Moved from the stack 'web'; the resource itself was not changed.", update.StateMessage));
        Assert.Equal(["new"], (await _plane.Get<StackStore>().ListAsync(_cancellation)).Select(stack => stack.Label));
        Assert.Equal(2, (await _plane.Get<ResourceStore>().ReadStackAsync("new", _cancellation)).Count);
    }

    [Fact]
    public async Task F214_a_command_that_fails_in_part_keeps_what_it_made_and_the_next_goes_on_from_there()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::EC2::VPC", Code = "AccessDenied", Count = 1 });
        var failed = await _plane.RunAsync(Document);
        Assert.Equal(States.Failed, failed.State);
        var kept = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal("logs", kept.Label);

        var command = await _plane.RunAsync(Document);

        ControlPlane.Succeeded(command);
        Assert.Equal(("create", "vpc"), Assert.Single(command.ResourceUpdates!.Select(update => (update.Operation, update.ResourceLabel!))));
        Assert.Equal(kept.NativeId, (await _plane.InventoryAsync()).Single(resource => resource.Label == "logs").NativeId);
    }

    [Fact]
    public async Task F215_the_same_forma_twice_changes_nothing_the_second_time()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var calls = _plane.Calls.Count(call => Mutations.Contains(call.Operation));

        var again = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document));

        Assert.False(again.Response.Simulation.ChangesRequired);
        Assert.Equal(calls, _plane.Calls.Count(call => Mutations.Contains(call.Operation)));
    }

    [Fact]
    public async Task F022_an_update_that_does_not_know_a_secret_says_so_and_leaves_it()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Vault));

        var command = await _plane.RunAsync(Vault.Replace("SecretString: staple-7261", "Description: changed", StringComparison.Ordinal), mode: ApplyMode.Patch);

        ControlPlane.Succeeded(command);
        var request = _plane.Sent.Single(request => request.Verb == OperationVerb.Update);
        Assert.Equal("""{"$opaque":"redacted"}""", request.PriorProperties!.Value.GetProperty("SecretString").GetRawText());
        Assert.Equal("""{"$opaque":"preserved"}""", request.Properties!.Value.GetProperty("SecretString").GetRawText());
        var read = await _plane.Plugin.ExecuteAsync(Requests.Read(request.ResourceType, request.NativeId!), _cancellation);
        Assert.Equal(("changed", "staple-7261"), (read.Properties!.Value.GetProperty("Description").GetString(), _plane.Plugin.Seal.Open(read.Properties!.Value.GetProperty("SecretString")).GetString()));
    }

    [Fact]
    public async Task F020_a_digest_in_the_place_of_a_secret_never_reaches_a_plugin()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Vault));
        var stored = Assert.Single(await _plane.Get<ResourceStore>().ReadStackAsync("vault", _cancellation));
        var other = stored with { Ksuid = _plane.Get<KsuidSource>().Next(), Label = "other", NativeId = null };
        _plane.Sent.Clear();

        var command = await _plane.RunAsync(new Plan { Resources = [new ResourceUpdate { Node = "n", Operation = ResourceOperation.Create, Resource = other }] });

        var update = Assert.Single(command.ResourceUpdates!);
        Assert.Equal((States.Failed, States.Failed), (command.State, update.State));
        Assert.Equal("SecretString holds the digest of a secret instead of the secret itself, and nobody can write what is not known. Declare the secret.", update.ErrorMessage);
        Assert.Empty(_plane.Sent);
    }
}
