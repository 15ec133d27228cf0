using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using TargetOperation = Formae.Engine.Planning.TargetOperation;
using TargetUpdate = Formae.Engine.Planning.TargetUpdate;

namespace Formae.Coordination.Tests.Storage;

public class UpdateStoreTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    private UpdateStore Updates => fixture.Updates;

    [Fact]
    public async Task A_beginning_that_is_written_late_takes_no_end_back()
    {
        var (command, row) = await AddAsync();
        await RecordAsync(command, row, new UpdateProgress { State = States.InProgress, StartedAt = Now });
        Assert.Equal(States.InProgress, await StateAsync(command, row));

        await RecordAsync(command, row, new UpdateProgress { State = States.Success, StartedAt = Now, FinishedAt = Now.AddSeconds(1) });
        await RecordAsync(command, row, new UpdateProgress { State = States.InProgress, StartedAt = Now.AddSeconds(2) });

        Assert.Equal(States.Success, await StateAsync(command, row));
        Assert.Equal(Now, (await Updates.FindAsync(command, row, _cancellation))!.Progress.StartedAt);
        Assert.Equal(Formae.Engine.Commands.NodeState.Success, Assert.Single((await Updates.ReadGraphAsync(command, 0, _cancellation)).Nodes).State);
    }

    [Fact]
    public async Task What_was_settled_from_outside_stays_whatever_its_walk_says_later()
    {
        var (command, row) = await AddAsync();
        await RecordAsync(command, row, new UpdateProgress { State = States.InProgress, StartedAt = Now });

        var all = await Updates.SettleAsync(command, States.Failed, "the walk broke", Now.AddSeconds(5), _cancellation);
        await RecordAsync(command, row, new UpdateProgress { State = States.Success, StartedAt = Now, FinishedAt = Now.AddSeconds(6) });

        Assert.Equal(States.Failed, Assert.Single(all).State);
        Assert.Equal(States.Failed, await StateAsync(command, row));
        var progress = (await Updates.FindAsync(command, row, _cancellation))!.Progress;
        Assert.Equal(("the walk broke", Now.AddSeconds(5)), (progress.Error, progress.FinishedAt));
    }

    [Fact]
    public async Task What_has_ended_is_not_settled_any_more()
    {
        var (command, row) = await AddAsync();
        await RecordAsync(command, row, new UpdateProgress { State = States.Success, StartedAt = Now, FinishedAt = Now });

        await Updates.SettleAsync(command, States.Failed, "too late", Now, _cancellation);

        Assert.Equal(States.Success, await StateAsync(command, row));
    }

    [Fact]
    public async Task A_target_update_is_read_back_where_it_was_put()
    {
        var (command, _) = await AddAsync();
        var target = new TargetUpdate { Node = "n", Operation = TargetOperation.Create, Target = new Target { Label = "eu", Namespace = "A" } };
        await Updates.AddAsync(
            [],
            [
                new TargetUpdateRecord { CommandId = command, Row = UpdateRecord.RowOf(0, 1), Plan = target, DependsOn = [0] },
                new TargetUpdateRecord { CommandId = command, Row = TargetUpdateRecord.RowAt(TargetUpdateRecord.AtOpen, 0), Plan = target },
                new TargetUpdateRecord { CommandId = command, Row = TargetUpdateRecord.RowAt(TargetUpdateRecord.AtClose, 1), Plan = target },
            ],
            patience: TimeSpan.Zero, _cancellation);

        var (resources, targets) = await Updates.ListAllAsync(command, _cancellation);
        Assert.Equal((1, 3), (resources.Count, targets.Count));
        Assert.Equal("open-0000000", Assert.Single(await Updates.ListTargetsAsync(command, TargetUpdateRecord.AtOpen, _cancellation)).Row);
        Assert.Equal("close-0000001", Assert.Single(await Updates.ListTargetsAsync(command, TargetUpdateRecord.AtClose, _cancellation)).Row);
        var node = (await Updates.ReadGraphAsync(command, 0, _cancellation)).Nodes[1];
        Assert.Equal((true, "target 'eu'"), (node.IsTarget, node.Name));
        Assert.Equal([0], node.DependsOn);
        Assert.Equal(4, (await Updates.SummariesAsync(command, _cancellation)).Count);
    }

    private async Task<(string Command, string Row)> AddAsync()
    {
        var command = fixture.Ksuids.Next();
        var row = UpdateRecord.RowOf(0, 0);
        var resource = new Resource { Ksuid = fixture.Ksuids.Next(), Type = "A::B::C", Label = "a", Stack = "s", Target = "t" };
        await Updates.AddAsync([new UpdateRecord { CommandId = command, Row = row, Plan = new ResourceUpdate { Node = "n", Operation = ResourceOperation.Create, Resource = resource } }], _cancellation);
        return (command, row);
    }

    private Task RecordAsync(string command, string row, UpdateProgress progress) => Updates.RecordAsync(command, [(row, progress)], _cancellation);

    private async Task<string> StateAsync(string command, string row) => (await Updates.SummariesAsync(command, _cancellation)).Single(update => update.Row == row).State;
}
