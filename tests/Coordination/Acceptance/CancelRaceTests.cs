using Azure.Messaging.ServiceBus;
using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Cancels beside the end of a command, its beginning, restarts, and events that get lost.</summary>
public sealed class CancelRaceTests : IAsyncLifetime
{
    private const int Rounds = 25;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private Interruption _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() =>
        _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables ??= new Interruption(inner), HubTime = new QuickTime(30) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_that_is_accepted_is_kept_however_late_it_comes(bool force)
    {
        var canceled = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var stack = $"{(force ? "forced" : "graceful")}-{round}";
            var id = await _plane.HoldAsync(CanceledCommands.Document(stack), calls: round % 4);

            var outcome = await _plane.CancelAsync($"id:{id}", force);

            var ended = await _plane.EndOfAsync(id);
            Assert.Equal(outcome is CancelOutcome.Accepted ? States.Canceled : States.Success, ended.State);
            Assert.All(ended.ResourceUpdates!, update => Assert.True(update.State is States.Success or States.Canceled, $"{stack}: {update.ResourceLabel} is {update.State}."));
            if (outcome is CancelOutcome.Accepted accepted)
            {
                canceled++;

                // What the answer says has ended has ended so. What it says has not begun may have just done so, and what it says runs may have ended.
                foreach (var update in ended.ResourceUpdates!.Where(update => accepted.Response.ResourceUpdateStates![$"formae://{update.ResourceId}#"].State == States.Success))
                    Assert.Equal(States.Success, update.State);
            }

            Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(_cancellation));
            if (!force)
                Assert.Equal(string.Join(" ", ended.ResourceUpdates!.Where(update => update.State == States.Success).Select(update => update.ResourceLabel).Order(StringComparer.Ordinal)), await _plane.LabelsAsync(stack));

            // What was sent before the cancel is still carried out; only after it is there to be adopted.
            await ControlPlane.UntilAsync("no message is under way", IsQuietAsync);
            await ControlPlane.UntilAsync("every object is in the inventory", IsWholeAsync);
            var again = await _plane.SubmitAsync(CanceledCommands.Document(stack));
            if (again is IntakeOutcome.Accepted going)
                ControlPlane.Succeeded(await _plane.EndOfAsync(going.Response.CommandId));
            Assert.Equal("logs vpc web-1", await _plane.LabelsAsync(stack));
        }

        Assert.InRange(canceled, 1, Rounds);
        Assert.Equal((Rounds, Rounds, Rounds), (_plane.CreatesOf("FakeAWS::S3::Bucket"), _plane.CreatesOf("FakeAWS::EC2::VPC"), _plane.CreatesOf("FakeAWS::EC2::Instance")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_command_that_is_canceled_in_the_middle_has_one_end_for_each_update(bool force)
    {
        // One group, and more events than one history holds.
        const int Size = 340;
        var machines = string.Join("\n", Enumerable.Range(0, Size).Select(number => $$"""  - { Label: m{{number}}, Type: "FakeAWS::EC2::Instance", Stack: wide, Target: eu, Properties: { ImageId: ami-{{number}}, VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: wide, $property: VpcId } } }"""));
        var document = $$"""
            Stacks: [{ Label: wide }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: wide, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
            {{machines}}
            """;
        var id = await _plane.HoldAsync(document, calls: 320);

        var outcome = await _plane.CancelAsync($"id:{id}", force);

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal(outcome is CancelOutcome.Accepted ? States.Canceled : States.Success, ended.State);
        Assert.Equal(Size + 1, ended.ResourceUpdates!.Count(update => update.State is States.Success or States.Canceled));
        await ControlPlane.UntilAsync("every object is in the inventory", IsWholeAsync);
        if (!force)
            Assert.Equal((await _plane.InventoryAsync()).Count, ended.ResourceUpdates!.Count(update => update.State == States.Success));

        if (await _plane.SubmitAsync(document) is IntakeOutcome.Accepted again)
            ControlPlane.Succeeded(await _plane.EndOfAsync(again.Response.CommandId));
        Assert.Equal(Size + 1, (await _plane.InventoryAsync()).Count(resource => resource.Stack == "wide"));
        Assert.Equal(Size + 1, _plane.Calls.Count(call => call.Operation == OperationVerb.Create));
    }

    [Fact]
    public async Task A_cancel_whose_event_gets_lost_is_found_by_the_walk()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);

        // The mark alone: the process that was to tell it died.
        await _plane.Get<CommandStore>().MarkCancelingAsync(id, DateTimeOffset.UtcNow, _cancellation);

        await ControlPlane.UntilAsync("the walk finds the mark", async () => (await _plane.ShowAsync(id)).Update("web-1").State == States.Canceled);
        _plane.Cloud.OpenGate();
        Assert.Equal((States.Canceled, "logs:Success vpc:Success web-1:Canceled"), ((await _plane.EndOfAsync(id)).State, (await _plane.ShowAsync(id)).States()));
    }

    [Fact]
    public async Task A_cancel_by_force_whose_event_gets_lost_is_found_by_the_walk_and_the_entities_are_told()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        await _plane.Get<UpdateStore>().SettleAsync(id, update => new Settlement(States.Canceled, null, "Force-canceled.") { IsForced = true }, DateTimeOffset.UtcNow, _cancellation);
        await _plane.Get<CommandStore>().EndAsync(id, States.Canceled, DateTimeOffset.UtcNow, null, _cancellation);

        await _plane.EndOfAsync(id);
        _plane.Cloud.OpenGate();

        await ControlPlane.UntilAsync("both objects in the inventory", async () => await _plane.LabelsAsync(Stack.Unmanaged) == "logs vpc");
        Assert.Equal("logs:Canceled vpc:Canceled web-1:Canceled", (await _plane.ShowAsync(id)).States());
    }

    [Theory]
    [InlineData("FormaeStacks")]
    [InlineData("FormaeCommands")]
    public async Task F099_a_command_that_is_canceled_while_it_opens_starts_nothing(string table)
    {
        // The lease is written before the command is stored; the next write to the stack, and the next to the command, are those of the opening.
        var opening = new TaskCompletionSource();
        var id = "";
        _tables.BeforeNextWriteTo("FormaeUpdates", () =>
        {
            _tables.BeforeNextWriteTo("FormaeCommands", () =>
            {
                _tables.BeforeNextWriteTo(table, async () =>
                {
                    await opening.Task;
                    (await _plane.CancelAsync($"id:{id}")).Accepted();
                });
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        id = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(CanceledCommands.Document("web"))).Response.CommandId;
        opening.SetResult();

        var ended = await _plane.EndOfAsync(id);

        Assert.Equal((States.Canceled, "logs:Canceled vpc:Canceled web-1:Canceled"), (ended.State, ended.States()));
        Assert.Empty(_plane.Calls);
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_survives_a_crash(bool force)
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        (await _plane.CancelAsync(force: force)).Accepted();

        await _plane.RestartAsync();
        _plane.Cloud.OpenGate();
        await _plane.HealAsync();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Canceled, force ? "logs:Canceled vpc:Canceled web-1:Canceled" : "logs:Success vpc:Success web-1:Canceled"), (ended.State, ended.States()));
        await ControlPlane.UntilAsync("both objects in the inventory", async () => await _plane.LabelsAsync(force ? Stack.Unmanaged : "web") == "logs vpc");
        Assert.Equal(0, _plane.CreatesOf("FakeAWS::EC2::Instance"));
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(_cancellation));
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
    }

    [Fact]
    public async Task F108_what_failed_with_something_else_is_not_done_after_a_crash()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::EC2::VPC", Code = "AccessDenied" });
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::S3::Bucket", Kind = InjectionKind.Latency, LatencyMs = 60_000 });
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        await ControlPlane.UntilAsync("the failure, written", async () => (await _plane.ShowAsync(id)).States() == "logs:InProgress vpc:Failed web-1:Failed");

        await _plane.RestartAsync();

        var ended = await _plane.EndOfAsync(id);
        Assert.Equal((States.Failed, "logs:Success vpc:Failed web-1:Failed"), (ended.State, ended.States()));
        Assert.Equal((1, 0), (_plane.CreatesOf("FakeAWS::EC2::VPC"), _plane.CreatesOf("FakeAWS::EC2::Instance")));
    }

    [Theory]
    [InlineData(States.Success, States.Success)]
    [InlineData(States.Failed, States.Failed)]
    [InlineData(States.Canceled, States.Canceled)]
    public async Task F109_a_command_whose_updates_are_all_final_is_finished_after_a_crash(string update, string command)
    {
        var id = await _plane.StoreAsync(record => record with { State = States.InProgress, OpenedAt = DateTimeOffset.UtcNow });
        var now = DateTimeOffset.UtcNow;
        await _plane.Get<UpdateStore>().RecordAsync(id, [(UpdateRecord.RowOf(0, 0), new UpdateProgress { State = update, StartedAt = now, FinishedAt = now })], _cancellation);

        await _plane.RestartAsync();
        await _plane.HealAsync();

        var ended = await _plane.ShowAsync(id);
        Assert.Equal((command, $"never:{update}"), (ended.State, ended.States()));
        Assert.Null(ended.Error);
        Assert.Empty(_plane.Calls);
    }

    [Fact]
    public async Task A_command_that_broke_for_a_reason_of_many_words_is_closed_with_the_first_of_them()
    {
        var id = await _plane.StoreAsync(record => record with { State = States.InProgress, OpenedAt = DateTimeOffset.UtcNow });

        await _plane.Get<CommandLifecycle>().CloseAsync(id, new string('e', 50_000), _plane.Client, _cancellation);

        var ended = await _plane.ShowAsync(id);
        Assert.Equal((States.Failed, "never:Failed"), (ended.State, ended.States()));
        Assert.InRange(ended.Error!.Length, 1_000, 10_000);
        Assert.DoesNotContain(id, await _plane.Get<CommandStore>().OpenAsync(_cancellation));
    }

    [Fact]
    public async Task Targets_that_were_to_be_deleted_in_the_end_stay_from_the_cancel_on()
    {
        var id = await _plane.StoreAsync(record => record with { State = States.InProgress, OpenedAt = DateTimeOffset.UtcNow, Groups = 0 });
        var now = DateTimeOffset.UtcNow;
        await _plane.Get<UpdateStore>().RecordAsync(id, [(UpdateRecord.RowOf(0, 0), new UpdateProgress { State = States.Success, StartedAt = now, FinishedAt = now })], _cancellation);
        for (var index = 0; index < 3; index++)
        {
            var target = new Target { Label = $"idle-{index}", Namespace = "FakeAWS", Version = 1 };
            await _plane.Get<TargetStore>().TryPutAsync(target, 0, _cancellation);
            var plan = new Engine.Planning.TargetUpdate { Node = $"n{index}", Operation = TargetOperation.Delete, Target = target, Existing = target };
            await _plane.Get<UpdateStore>().AddAsync([], [new TargetUpdateRecord { CommandId = id, Row = TargetUpdateRecord.RowAt(TargetUpdateRecord.AtClose, index), Plan = plan }], patience: TimeSpan.Zero, _cancellation);
        }

        // The first is on its way out.
        _tables.BeforeNextWriteTo("FormaeTargets", async () => Assert.Equal(States.Canceling, (await _plane.Get<CommandStore>().MarkCancelingAsync(id, now, _cancellation)).State));
        await _plane.Get<CommandLifecycle>().CloseAsync(id, null, _plane.Client, _cancellation);

        var ended = await _plane.ShowAsync(id);
        Assert.Equal((States.Canceled, "never:Success"), (ended.State, ended.States()));
        Assert.Equal(["Success", "Canceled", "Canceled"], ended.TargetUpdates!.OrderBy(update => update.TargetLabel, StringComparer.Ordinal).Select(update => update.State));
        Assert.Equal(["idle-1", "idle-2"], (await _plane.Get<TargetStore>().ListAsync(_cancellation)).Select(target => target.Label).Order(StringComparer.Ordinal));
    }

    private async Task<bool> IsQuietAsync()
    {
        foreach (var queue in (string[])[ControlPlane.RequestQueue, BusContract.ReportQueue])
        {
            await using var receiver = _plane.Get<ServiceBusClient>().CreateReceiver(queue);
            if (await receiver.PeekMessageAsync(cancellationToken: _cancellation) is not null)
                return false;
        }

        return true;
    }

    /// <summary>Whether every object of the cloud is in the inventory, once.</summary>
    private async Task<bool> IsWholeAsync()
    {
        var made = _plane.Calls.Count(call => call.Operation == OperationVerb.Create);
        return (await _plane.InventoryAsync()).Select(resource => resource.NativeId).Distinct(StringComparer.Ordinal).Count() == made;
    }
}
