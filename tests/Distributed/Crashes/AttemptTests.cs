using System.Globalization;
using Formae.Client;
using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>kill -9 in the middle of an operation that has a past: it failed before and is to be tried again, or has looked at what it is about to change.</summary>
[Collection(Victims.Collection)]
public sealed class AttemptTests(Victims victims)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("coordinator")]
    [InlineData("fakeaws")]
    [InlineData(Victims.All)]
    public async Task What_was_throttled_when_a_process_was_killed_is_tried_once_more_and_its_attempts_go_on(string victim)
    {
        // The kill has to come before the pause is over. Where this machine was too slow for that, nothing was learned, and a longer pause is made.
        for (var pause = ShortestPause; !await IsKilledInPauseAsync(victim, pause); pause *= 2)
            Assert.True(pause < LongestPause, $"{victim} could not be killed within a pause of {pause.TotalSeconds:0} s.");
    }

    [Theory]
    [InlineData("coordinator", "Read 1, Update 1")]
    [InlineData("fakeaws", "Read 1, Update 1, Read 1, Update 1")]
    [InlineData(Victims.All, "Read 1, Update 1, Read 1, Update 1")]
    public async Task An_update_whose_look_was_over_when_a_process_was_killed_changes_the_object_once(string victim, string calls)
    {
        var scene = await victims.BeginAsync($"held-{victim}", victim);
        string Document(string value) => scene.Document().Resource(scene.Stack, scene.Stack, GenericResource, "held", ("Name", "held"), ("Value", value)).ToString();
        await scene.Plane.RunCommandAsync(Document("one"));

        // The look goes through, and the change waits.
        await scene.Cloud.CloseAsync(after: 1);
        var command = (await scene.Plane.SubmitAsync(Document("two"))).CommandId;
        await scene.CalledAsync("Update");
        Assert.Equal("Read 1, Update 1", await CallsOfAsync(scene, command));
        Assert.Equal("one", await ValueAsync(scene));

        await scene.KillAsync(victim);
        await scene.Cloud.OpenAsync();
        await scene.Plane.SuccessOfAsync(command);

        // A plugin that died with the call in its hands begins anew, with the look; and whoever has it still is not asked a second time.
        Assert.Equal(calls, await CallsOfAsync(scene, command));
        Assert.Equal(1, Assert.Single(await scene.UpdatesAsync(command)).CurrentAttempt);
        Assert.Equal("two", await ValueAsync(scene));
        Assert.Equal(["update", "create"], await VersionsAsync(scene));
        await scene.EverythingIsThereOnceAsync(Document("two"), 1);
    }

    private async Task<bool> IsKilledInPauseAsync(string victim, TimeSpan pause)
    {
        var scene = await victims.BeginAsync(string.Create(CultureInfo.InvariantCulture, $"throttled-{victim}-{pause.TotalSeconds}"), victim);
        var document = scene.Document().Resource(scene.Stack, scene.Stack, Bucket, "busy", ("BucketName", "busy")).ToString();
        await scene.Cloud.ProgramAsync("busy", "Create", ("Throttling", RetryAfter: null), ("Throttling", RetryAfter: pause));
        var command = (await scene.Plane.SubmitAsync(document)).CommandId;
        var before = await Wait.ForAsync("the third attempt", ControlPlane.Patience, async () => (await scene.UpdatesAsync(command)).SingleOrDefault(update => update.CurrentAttempt == 3), () => scene.Plane.LastLines);

        var dead = await scene.KillAsync(victim);

        var after = Assert.Single(await Wait.ForAsync("the status of the command", ControlPlane.Patience, () => scene.UpdatesAsync(command)!, () => scene.Plane.LastLines));
        Assert.Equal((3, before.MaxAttempts), (after.CurrentAttempt, after.MaxAttempts));
        await scene.Plane.SuccessOfAsync(command);
        var calls = await scene.CallsAsync();
        Assert.InRange(calls.Count, 3, 4);
        if (calls[2].At <= dead)
            return false;

        Assert.Equal("Create 1, Create 2, Create 3", await CallsOfAsync(scene, command));
        Assert.Single(calls.Select(call => call.OperationId).Distinct());
        Assert.Equal(victim == "coordinator", calls[1].ProcessId == calls[2].ProcessId);
        Assert.Equal(3, Assert.Single(await scene.UpdatesAsync(command)).CurrentAttempt);
        Assert.Equal(["create"], await VersionsAsync(scene));
        await scene.EverythingIsThereOnceAsync(document, 1);
        return true;
    }

    /// <summary>What the plugin's log has of a command: each call with its attempt, in order.</summary>
    private static async Task<string> CallsOfAsync(Scene scene, string command) =>
        string.Join(", ", (await scene.CallsAsync()).Where(call => call.OperationId.StartsWith(command, StringComparison.Ordinal)).Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.Operation} {call.Attempt}")));

    private static async Task<string?> ValueAsync(Scene scene) => Assert.Single(await scene.Cloud.ObjectsAsync()).Properties.GetProperty("Value").GetString();

    private static async Task<IEnumerable<string>> VersionsAsync(Scene scene)
    {
        var resource = Assert.Single(await scene.Plane.InventoryAsync($"stack:{scene.Stack}"));
        return (await scene.Plane.Client.GetResourceHistoryAsync(resource.Ksuid!, cancellation: Cancellation)).Versions.Select(version => version.Operation);
    }
}
