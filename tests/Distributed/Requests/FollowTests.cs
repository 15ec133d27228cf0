using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>Following a command through the death of whoever tells of it.</summary>
[Collection(Victims.Collection)]
public sealed class FollowTests(Victims victims)
{
    private const int Resources = 120;
    private const int Kills = 3;

    // Calls between two kills; all of them together do not end the command.
    private const int Some = 30;

    [Fact]
    public async Task A_coordinator_that_is_killed_again_and_again_loses_no_event_and_tells_none_twice()
    {
        var scene = await victims.BeginAsync("followed", "coordinator", Kills);
        var plane = scene.Plane;
        await plane.Cloud.CloseAsync(after: Some);
        var id = (await plane.SubmitAsync(BigDocument.Of(scene.Stack, Resources, Path.Combine(scene.Folder, "files"), cloud: scene.CloudFile))).CommandId;
        var kills = 0;
        var heard = new List<CommandEvent>();

        // A kill between any two events: whoever follows does not notice but by the time that it takes.
        await foreach (var happened in plane.Client.WatchCommandAsync(id, cancellation: TestContext.Current.CancellationToken))
        {
            heard.Add(happened);
            if (happened is CommandEvent.Update && kills < Kills && heard.Count > 10 * (kills + 1))
            {
                var coordinator = 0;
                await Wait.UntilAsync("a coordinator to kill", ControlPlane.Patience, () => plane.Children.TryGetValue("coordinator", out coordinator), () => plane.LastLines);
                Processes.Kill(coordinator);
                kills++;
                await (kills == Kills ? plane.Cloud.OpenAsync() : plane.Cloud.CloseAsync(after: Some));
            }
        }

        Assert.Equal(Kills, kills);
        var end = Assert.IsType<CommandEvent.End>(heard[^1]).Command;
        Assert.Equal((States.Success, end.Total), (end.State, end.Updates[States.Success]));
        var updates = heard.OfType<CommandEvent.Update>().ToList();
        Assert.Equal(updates.Count, updates.Select(update => update.Id).Distinct().Count());
        var resources = updates.Where(update => update.Change.Of == UpdateChange.Resource).GroupBy(update => update.Change.ResourceId!).ToList();
        Assert.Equal(Resources, resources.Count);
        Assert.All(resources, one => Assert.Equal(States.Success, one.Last().Change.State));
        Assert.All(resources, one => Assert.Equal(one.Count(), one.Select(update => (update.Change.State, update.Change.CurrentAttempt, update.Change.StateMessage)).Distinct().Count()));

        var again = new List<string>();
        await foreach (var happened in plane.Client.WatchCommandAsync(id, cancellation: TestContext.Current.CancellationToken))
        {
            if (happened is CommandEvent.Update update)
                again.Add(update.Id);
        }

        Assert.Equal(updates.Select(update => update.Id), again);
    }
}
