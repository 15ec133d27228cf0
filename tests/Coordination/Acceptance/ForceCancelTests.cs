using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Cancels by force: written first, then told; whatever is reported later changes nothing.</summary>
public sealed class ForceCancelTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private BreakingTables _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables ??= new BreakingTables(inner) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F100_a_cancel_by_force_ends_a_command_whose_plugin_never_does()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        await ControlPlane.UntilAsync("two at work", async () => (await _plane.ShowAsync(id)).States() == "logs:InProgress vpc:InProgress web-1:NotStarted");

        var answer = (await _plane.CancelAsync(force: true)).Accepted();

        var canceled = await _plane.ShowAsync(id);
        Assert.Equal((States.Canceled, "logs:Canceled vpc:Canceled web-1:Canceled"), (canceled.State, canceled.States()));
        Assert.All((string[])["logs", "vpc"], label => Assert.StartsWith("Force-canceled:", canceled.Update(label).StateMessage, StringComparison.Ordinal));
        Assert.StartsWith("Not started:", canceled.Update("web-1").StateMessage, StringComparison.Ordinal);
        Assert.Equal((true, id), (answer.Forced, Assert.Single(answer.CommandIds)));
        Assert.All(answer.ResourceUpdateStates!.Values, update => Assert.Equal((States.Canceled, true, id), (update.State, update.ForceCanceled, update.CommandId)));

        // Its orchestration ends while the plugin still hangs, and nothing is left of it.
        await _plane.EndOfAsync(id);
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(_cancellation));
        Assert.False(await _plane.Get<StackStore>().IsLeasedByAsync("web", id, _cancellation));
    }

    [Fact]
    public async Task F101_a_cancel_by_force_that_cannot_be_written_ends_nothing_and_a_retry_does()
    {
        var at = 0;
        do
        {
            Assert.True(++at < 50, "The cancel never ends.");
            await BreakAsync(at);
        }
        while (_tables.IsBroken);

        Assert.True(at > 4, $"A cancel makes more than {at} requests.");
    }

    private async Task BreakAsync(int at)
    {
        var stack = $"web-{at}";
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document(stack), calls: 2);

        var error = await BreakAsync(at, $"id:{id}");

        if (error is not null)
        {
            // Nobody was told: the work goes on, and a retry finds the command.
            Assert.Contains(error, (string[])[ErrorCodes.CancelFailed, "the request failed"]);
            Assert.Contains((await _plane.ShowAsync(id)).State, (string[])[States.InProgress, States.NotStarted]);
            Assert.False((await _plane.Client.GetInstanceAsync(id, _cancellation))!.IsCompleted);
            Assert.Equal([id], (await _plane.CancelAsync($"id:{id}", force: true)).Accepted().CommandIds);
        }

        Assert.Equal((States.Canceled, "logs:Canceled vpc:Canceled web-1:Canceled"), ((await _plane.ShowAsync(id)).State, (await _plane.ShowAsync(id)).States()));
        await _plane.EndOfAsync(id);
        _plane.Cloud.OpenGate();
    }

    /// <summary>What was answered in the place of what was asked for; null when it was done.</summary>
    private async Task<string?> BreakAsync(int at, string query)
    {
        try
        {
            var outcome = await _tables.BreakAsync(Break.FailsBefore, at, caller => _plane.Get<CommandCancellation>().CancelAsync(new CancelRequest(query, Force: true, "test"), _plane.Client, caller));
            return outcome is CancelOutcome.Refused refused ? refused.Error.Error : null;
        }
        catch (Azure.RequestFailedException e) when (e.Status == 503)
        {
            return "the request failed";
        }
    }

    [Fact]
    public async Task A_command_of_which_only_a_part_could_be_written_goes_on_and_comes_to_its_end()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);

        // As a forced cancel leaves it that reached the updates and not the command, and that nobody repeats.
        await _plane.Get<UpdateStore>().SettleAsync(
            id, update => new Settlement(States.Canceled, null, "Force-canceled.") { IsForced = true }, DateTimeOffset.UtcNow, _cancellation);
        _plane.Cloud.OpenGate();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, "logs:Canceled vpc:Canceled web-1:Canceled"), (ended.State, ended.States()));
        Assert.Equal(0, _plane.CreatesOf("FakeAWS::EC2::Instance"));
        Assert.Equal("logs vpc", await _plane.LabelsAsync(Stack.Unmanaged));
    }

    [Fact]
    public async Task F102_a_success_after_a_cancel_by_force_changes_no_state_and_its_object_is_adopted()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        (await _plane.CancelAsync(force: true)).Accepted();
        await _plane.EndOfAsync(id);
        var before = await _plane.ShowAsync(id);

        _plane.Cloud.OpenGate();

        await ControlPlane.UntilAsync("both objects in the inventory", async () => await _plane.LabelsAsync(Stack.Unmanaged) == "logs vpc");
        var after = await _plane.ShowAsync(id);
        Assert.Equal((before.State, before.EndTs, before.States()), (after.State, after.EndTs, after.States()));
        Assert.Equal(before.Update("vpc").StateMessage, after.Update("vpc").StateMessage);
        Assert.Equal("", await _plane.LabelsAsync("web"));
        Assert.All(await _plane.InventoryAsync(), resource => Assert.False(resource.Managed));
    }

    [Fact]
    public async Task F103_a_graceful_cancel_can_be_followed_by_one_by_force()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        Assert.Null((await _plane.CancelAsync()).Accepted().Forced);
        await ControlPlane.UntilAsync("the first cancel", async () => (await _plane.ShowAsync(id)).Update("web-1").State == States.Canceled);
        Assert.Equal(States.Canceling, (await _plane.ShowAsync(id)).State);

        var forced = (await _plane.CancelAsync(force: true)).Accepted();

        Assert.Equal((States.Canceled, "logs:Canceled vpc:Canceled web-1:Canceled"), ((await _plane.ShowAsync(id)).State, (await _plane.ShowAsync(id)).States()));
        Assert.Equal(2, forced.ResourceUpdateStates!.Values.Count(update => update.ForceCanceled is true));
        await _plane.EndOfAsync(id);
    }

    [Fact]
    public async Task The_next_apply_adopts_what_a_cancel_by_force_left_behind_and_goes_on()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        (await _plane.CancelAsync(force: true)).Accepted();
        await _plane.EndOfAsync(id);
        _plane.Cloud.OpenGate();
        await ControlPlane.UntilAsync("both objects in the inventory", async () => await _plane.LabelsAsync(Stack.Unmanaged) == "logs vpc");

        var again = await _plane.RunAsync(CanceledCommands.Document("web"));

        ControlPlane.Succeeded(again);
        Assert.Equal(("logs vpc web-1", ""), (await _plane.LabelsAsync("web"), await _plane.LabelsAsync(Stack.Unmanaged)));
        Assert.Equal((1, 1, 1), (_plane.CreatesOf("FakeAWS::S3::Bucket"), _plane.CreatesOf("FakeAWS::EC2::VPC"), _plane.CreatesOf("FakeAWS::EC2::Instance")));
    }

    [Fact]
    public async Task The_next_command_on_the_same_resource_is_not_confused_by_the_operation_that_still_runs()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Tagged("one")));
        _plane.Cloud.CloseGate();
        var first = await _plane.HoldAsync(Tagged("two"), calls: 1);
        (await _plane.CancelAsync(force: true)).Accepted();

        // The second is at work on the same resource while the plugin still has the first.
        var second = await _plane.HoldAsync(Tagged("three"), calls: 1);
        _plane.Cloud.OpenGate();
        var ended = await _plane.EndOfAsync(second);

        Assert.Equal((States.Canceled, "vpc:Canceled"), ((await _plane.ShowAsync(first)).State, (await _plane.ShowAsync(first)).States()));

        // Whichever of the two the cloud did first: the second was done, or it found that its plan was stale. The next look at the cloud and the next apply put it right.
        Assert.Contains(ended.States(), (string[])["vpc:Success", "vpc:Rejected"]);
        await _plane.SynchronizeAsync();
        if (await _plane.SubmitAsync(Tagged("three"), force: true) is IntakeOutcome.Accepted accepted)
            ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        Assert.Equal("three", (await _plane.InventoryAsync()).Single().Properties!.Value.GetProperty("Tags")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task Failures_of_several_commands_are_one_error_that_names_them_and_the_others_are_canceled()
    {
        _plane.Cloud.CloseGate();
        string[] ids = [await _plane.HoldAsync(CanceledCommands.Document("a"), calls: 2), await _plane.HoldAsync(CanceledCommands.Document("b"), calls: 2)];

        // The fifth request is in the middle of the first of them, which is the newest.
        var outcome = await _tables.BreakAsync(
            Break.FailsBefore, 5, caller => _plane.Get<CommandCancellation>().CancelAsync(new CancelRequest("command:apply", Force: true, "test"), _plane.Client, caller));

        var error = outcome.Refused();
        Assert.Equal((ErrorCodes.CancelFailed, 500), (error.Error, Refusals.StatusOf(error.Error)));
        var failure = System.Text.Json.JsonSerializer.Deserialize(error.Data!.Value, HttpJson.Default.CancelFailure)!;
        Assert.Equal(ids[0], Assert.Single(failure.CommandIds));
        Assert.Equal(ids[1], Assert.Single(failure.Failures).Key);
        Assert.Equal((States.Canceled, States.InProgress), ((await _plane.ShowAsync(ids[0])).State, (await _plane.ShowAsync(ids[1])).State));
        Assert.Equal([ids[1]], (await _plane.CancelAsync("command:apply", force: true)).Accepted().CommandIds);
        _plane.Cloud.OpenGate();
    }

    [Fact]
    public async Task A_destroy_that_is_canceled_by_force_leaves_what_the_cloud_still_deletes_to_the_next_look()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
        _plane.Cloud.CloseGate();
        var outcome = await _plane.SubmitAsync(CanceledCommands.Document("web"), CommandKind.Destroy);
        var id = Assert.IsType<IntakeOutcome.Accepted>(outcome).Response.CommandId;
        await ControlPlane.UntilAsync("two deletes", () => Task.FromResult(_plane.Calls.Count(call => call.Operation == Protocol.Bus.OperationVerb.Delete) == 2));

        (await _plane.CancelAsync(force: true)).Accepted();
        await _plane.EndOfAsync(id);
        Assert.Equal("logs vpc web-1", await _plane.LabelsAsync("web"));
        _plane.Cloud.OpenGate();
        await ControlPlane.UntilAsync("what was deleted is gone from the inventory", async () => (await _plane.SynchronizeAsync()).Gone >= 0 && await _plane.LabelsAsync("web") == "vpc");

        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web"), CommandKind.Destroy));
        Assert.Empty(await _plane.InventoryAsync());
    }

    private static string Tagged(string value) => $$"""
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: {{value}} }] } }
        """;
}
