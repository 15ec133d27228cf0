using Formae.Coordination.Commands;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Failures and graceful cancels: what has not started does not start, and what runs comes to its end.</summary>
public sealed class CancelTests : IAsyncLifetime
{
    private const string Instance = "FakeAWS::EC2::Instance";

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F095_dependents_of_a_failure_fail_without_a_call_and_siblings_succeed()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::EC2::VPC", Code = "AccessDenied" });

        var command = await _plane.RunAsync(CanceledCommands.Document("web"));

        Assert.Equal((States.Failed, "logs:Success vpc:Failed web-1:Failed"), (command.State, command.States()));
        Assert.Contains("waits for 'vpc'", command.Update("web-1").ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, _plane.CreatesOf(Instance));
        Assert.Equal("logs", await _plane.LabelsAsync("web"));
    }

    [Fact]
    public async Task F096_canceled_outranks_failed_and_failed_outranks_success()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied" });
        var failed = await _plane.RunAsync(CanceledCommands.Document("one"));
        Assert.Equal((States.Failed, "logs:Failed vpc:Success web-1:Success"), (failed.State, failed.States()));

        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied" });
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("two"), calls: 2);
        (await _plane.CancelAsync()).Accepted();
        _plane.Cloud.OpenGate();

        var canceled = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, "logs:Failed vpc:Success web-1:Canceled"), (canceled.State, canceled.States()));
    }

    [Fact]
    public async Task F097_a_graceful_cancel_starts_nothing_more_and_stores_what_still_ran()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        await ControlPlane.UntilAsync("two at work", async () => (await _plane.ShowAsync(id)).States() == "logs:InProgress vpc:InProgress web-1:NotStarted");

        var answer = (await _plane.CancelAsync()).Accepted();

        Assert.Equal([id], answer.CommandIds);
        Assert.Null(answer.Forced);
        Assert.Equal([States.InProgress, States.InProgress, States.Canceled], answer.ResourceUpdateStates!.Values.Select(update => update.State).OrderDescending(StringComparer.Ordinal));
        await ControlPlane.UntilAsync("the third canceled while the others run", async () => (await _plane.ShowAsync(id)).States() == "logs:InProgress vpc:InProgress web-1:Canceled");
        Assert.Equal(States.Canceling, (await _plane.ShowAsync(id)).State);

        _plane.Cloud.OpenGate();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, "logs:Success vpc:Success web-1:Canceled"), (ended.State, ended.States()));
        Assert.Contains("Not started", ended.Update("web-1").StateMessage, StringComparison.Ordinal);
        Assert.Equal("logs vpc", await _plane.LabelsAsync("web"));
        Assert.Equal(0, _plane.CreatesOf(Instance));
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
    }

    [Fact]
    public async Task F098_a_command_of_which_nothing_runs_is_canceled_at_once()
    {
        var id = await _plane.StoreAsync(record => record with { State = States.InProgress, OpenedAt = DateTimeOffset.UtcNow });

        var answer = (await _plane.CancelAsync()).Accepted();

        Assert.Equal([id], answer.CommandIds);
        Assert.Equal((States.Canceled, "never:Canceled"), ((await _plane.ShowAsync(id)).State, (await _plane.ShowAsync(id)).States()));
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F099_a_command_that_is_canceled_before_it_starts_does_nothing(bool force)
    {
        var id = await _plane.StoreAsync();

        (await _plane.CancelAsync(force: force)).Accepted();
        await _plane.Get<CommandStarter>().StartAsync(_plane.Client, id, CancellationToken.None);

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, "never:Canceled"), (ended.State, ended.States()));
        Assert.Empty(_plane.Calls);
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task F214_a_failed_command_keeps_what_succeeded_and_the_next_one_continues_from_there()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = Instance, Code = "AccessDenied" });
        var failed = await _plane.RunAsync(CanceledCommands.Document("web"));
        Assert.Equal((States.Failed, "logs:Success vpc:Success web-1:Failed"), (failed.State, failed.States()));
        Assert.Equal("logs vpc", await _plane.LabelsAsync("web"));

        var again = await _plane.RunAsync(CanceledCommands.Document("web"));

        Assert.Equal((States.Success, "web-1:Success"), (again.State, again.States()));
        Assert.Equal((1, 1, 2), (_plane.CreatesOf("FakeAWS::S3::Bucket"), _plane.CreatesOf("FakeAWS::EC2::VPC"), _plane.CreatesOf(Instance)));
    }

    [Fact]
    public async Task A_replace_that_is_canceled_between_its_halves_leaves_the_second_one_out()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web").Replace("web-logs", "web-logs-2", StringComparison.Ordinal), calls: 1);

        (await _plane.CancelAsync()).Accepted();
        _plane.Cloud.OpenGate();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal(States.Canceled, ended.State);
        Assert.Equal(["create:Canceled", "delete:Success"], ended.ResourceUpdates!.Where(update => update.ResourceLabel == "logs").Select(update => $"{update.Operation}:{update.State}").Order(StringComparer.Ordinal));
        Assert.Equal("vpc web-1", await _plane.LabelsAsync("web"));
    }

    [Fact]
    public async Task A_target_that_waits_is_canceled_with_what_is_on_it()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync("""
            Stacks: [{ Label: made }]
            Targets:
              - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
              - { Label: nested, Namespace: FakeAWS, Config: { Region: { $res: true, $label: place, $type: "FakeAWS::S3::Bucket", $stack: made, $property: Region } } }
            Resources:
              - { Label: place, Type: "FakeAWS::S3::Bucket", Stack: made, Target: eu, Properties: { BucketName: place } }
              - { Label: inside, Type: "FakeAWS::S3::Bucket", Stack: made, Target: nested, Properties: { BucketName: inside } }
            """, calls: 1);

        (await _plane.CancelAsync()).Accepted();
        _plane.Cloud.OpenGate();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, "inside:Canceled place:Success"), (ended.State, ended.States()));
        Assert.Equal(["eu:Success", "nested:Canceled"], ended.TargetUpdates!.Select(update => $"{update.TargetLabel}:{update.State}").Order(StringComparer.Ordinal));
        Assert.Null(await _plane.Get<TargetStore>().FindAsync("nested", CancellationToken.None));
    }
}
