using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>The steps around a command's walk, twice, late and after a crash.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: shop }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { BucketName: logs } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    private CommandLifecycle Lifecycle => _plane.Get<CommandLifecycle>();

    private CommandStore Commands => _plane.Get<CommandStore>();

    private StackStore Stacks => _plane.Get<StackStore>();

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_command_that_has_ended_is_looked_after_no_more()
    {
        await _plane.RunAsync(Document);

        Assert.Empty(await Commands.OpenAsync(_cancellation));
    }

    [Fact]
    public async Task Closing_again_with_an_error_does_not_change_a_success()
    {
        var command = await _plane.RunAsync(Document);

        await Lifecycle.CloseAsync(command.CommandId, "late", _plane.Client, _cancellation);

        var stored = await Stored(command);
        Assert.Equal(States.Success, stored.State);
        Assert.Null(stored.Error);
    }

    [Fact]
    public async Task A_closing_that_comes_late_leaves_the_stack_of_the_next_command_alone()
    {
        await _plane.RunAsync(Document);
        var destroy = await _plane.RunAsync(Document, Formae.Engine.Planning.CommandKind.Destroy);
        await Stacks.TakeLeaseAsync("shop", "next", _ => Task.FromResult<bool?>(false), _cancellation);
        await Stacks.PutAsync(new Stack { Label = "shop", Id = "id" }, _cancellation);

        // As a closing sees it that had read the command before the first one wrote its end.
        var again = await CopyAsync(destroy, States.InProgress);
        await Lifecycle.CloseAsync(again, null, _plane.Client, _cancellation);

        Assert.NotNull(await Stacks.FindAsync("shop", _cancellation));
        Assert.True(await Stacks.IsLeasedByAsync("shop", "next", _cancellation));
    }

    [Fact]
    public async Task An_error_of_the_walk_counts_only_where_it_left_something_unfinished()
    {
        var command = await _plane.RunAsync(Document);
        var finished = await CopyAsync(command, States.InProgress);

        await Lifecycle.CloseAsync(finished, "the closing itself broke", _plane.Client, _cancellation);

        Assert.Equal(States.Success, (await Commands.FindAsync(finished, _cancellation))!.State);
    }

    [Fact]
    public async Task A_command_whose_lease_went_to_another_fails_before_it_changes_anything()
    {
        var stored = new CommandRecord { CommandId = _plane.Get<KsuidSource>().Next(), Kind = "apply", Mode = "patch", State = States.NotStarted, StartedAt = DateTimeOffset.UnixEpoch, ModifiedAt = DateTimeOffset.UnixEpoch, Stacks = ["lost"] };
        await Commands.AddAsync(stored, _cancellation);
        await Stacks.TakeLeaseAsync("lost", "quicker", _ => Task.FromResult<bool?>(false), _cancellation);

        var lost = await Assert.ThrowsAsync<LeaseLostException>(() => Lifecycle.OpenAsync(stored.CommandId, _cancellation));

        Assert.Contains("lost", lost.Message, StringComparison.Ordinal);
        await _plane.HealAsync();
        await _plane.EndOfAsync(stored.CommandId);
        Assert.Equal(States.Failed, (await Commands.FindAsync(stored.CommandId, _cancellation))!.State);
        Assert.True(await Stacks.IsLeasedByAsync("lost", "quicker", _cancellation));
    }

    [Fact]
    public async Task A_command_that_was_never_opened_deletes_no_target()
    {
        await _plane.Get<TargetStore>().TryPutAsync(new Target { Label = "idle", Namespace = "FakeAWS" }, 0, _cancellation);
        var target = (await _plane.Get<TargetStore>().FindAsync("idle", _cancellation))!;
        var stored = new CommandRecord { CommandId = _plane.Get<KsuidSource>().Next(), Kind = "destroy", Mode = "patch", State = States.NotStarted, StartedAt = DateTimeOffset.UnixEpoch, ModifiedAt = DateTimeOffset.UnixEpoch };
        await _plane.Get<UpdateStore>().AddAsync(
            [],
            [new TargetUpdateRecord { CommandId = stored.CommandId, Row = TargetUpdateRecord.RowAt(TargetUpdateRecord.AtClose, 0), Plan = new Formae.Engine.Planning.TargetUpdate { Node = "n", Operation = Formae.Engine.Planning.TargetOperation.Delete, Target = target, Existing = target } }],
            patience: TimeSpan.Zero, _cancellation);
        await Commands.AddAsync(stored, _cancellation);

        await Lifecycle.CloseAsync(stored.CommandId, "it never began", _plane.Client, _cancellation);

        Assert.NotNull(await _plane.Get<TargetStore>().FindAsync("idle", _cancellation));
        var ended = (await _plane.Get<Formae.Coordination.Queries.CommandQueries>().FindAsync(stored.CommandId, _cancellation))!;
        Assert.Equal((States.Failed, States.Failed, "it never began"), (ended.State, Assert.Single(ended.TargetUpdates!).State, ended.TargetUpdates![0].ErrorMessage));
    }

    [Fact]
    public async Task A_command_whose_orchestration_is_gone_is_closed_and_gives_its_stacks_back()
    {
        var command = await _plane.RunAsync(Document);
        var gone = await CopyAsync(command, States.InProgress, States.InProgress);
        await Stacks.TakeLeaseAsync("shop", gone, _ => Task.FromResult<bool?>(false), _cancellation);

        await _plane.HealAsync();

        var ended = (await _plane.Get<Formae.Coordination.Queries.CommandQueries>().FindAsync(gone, _cancellation))!;
        Assert.Equal((States.Failed, States.Failed), (ended.State, Assert.Single(ended.ResourceUpdates!).State));
        Assert.Contains("orchestration", ended.ResourceUpdates![0].ErrorMessage, StringComparison.Ordinal);
        Assert.False(await Stacks.IsLeasedByAsync("shop", gone, _cancellation));
        Assert.Empty(await Commands.OpenAsync(_cancellation));
    }

    [Fact]
    public async Task A_crash_after_the_final_state_still_gives_the_stacks_back()
    {
        var command = await _plane.RunAsync(Document);
        var crashed = await CopyAsync(command, States.Success);
        await Stacks.TakeLeaseAsync("shop", crashed, _ => Task.FromResult<bool?>(false), _cancellation);

        await _plane.HealAsync();

        Assert.False(await Stacks.IsLeasedByAsync("shop", crashed, _cancellation));
        Assert.Empty(await Commands.OpenAsync(_cancellation));
    }

    [Fact]
    public async Task An_intake_that_has_not_stored_its_command_yet_is_left_in_peace()
    {
        var id = _plane.Get<KsuidSource>().Next();
        await _plane.Get<FormaeTables>().OpenCommands.AddEntityAsync(new Azure.Data.Tables.TableEntity("open", id), _cancellation);

        await _plane.HealAsync();

        Assert.Equal([id], await Commands.OpenAsync(_cancellation));
    }

    private async Task<CommandRecord> Stored(Command command) => (await Commands.FindAsync(command.CommandId, _cancellation))!;

    /// <summary>The same command once more under another id, as a crash may have left it.</summary>
    private async Task<string> CopyAsync(Command command, string state, string? updateState = null)
    {
        var copy = (await Stored(command)) with { CommandId = _plane.Get<KsuidSource>().Next(), State = state };
        var updates = await _plane.Get<UpdateStore>().ListAsync(command.CommandId, _cancellation);
        await _plane.Get<UpdateStore>().AddAsync(
            [.. updates.Select(update => update with { CommandId = copy.CommandId, Progress = updateState is null ? update.Progress : new UpdateProgress { State = updateState } })], _cancellation);
        await Commands.AddAsync(copy, _cancellation);
        return copy.CommandId;
    }
}
