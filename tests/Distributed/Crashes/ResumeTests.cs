using Formae.Client;
using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>What becomes of each kind of update when a process is killed, kill -9, at a point that the test has chosen.</summary>
[Collection(Victims.Collection)]
public sealed class ResumeTests(Victims victims)
{
    [Theory]
    [InlineData("coordinator")]
    [InlineData("bus")]
    [InlineData("fakeaws")]
    [InlineData(Victims.All)]
    public async Task F106_a_create_that_was_polled_when_a_process_was_killed_is_polled_on_and_not_repeated(string victim)
    {
        var scene = await victims.BeginAsync($"polled-{victim}", victim);
        var document = scene.Document(isPolled: true).Resource(scene.Stack, scene.Stack, Bucket, "long", ("BucketName", "long")).ToString();
        await scene.Cloud.DelayAsync("Status", TimeSpan.FromSeconds(4));
        var command = (await scene.Plane.SubmitAsync(document)).CommandId;
        await scene.CalledAsync("Status");

        await scene.KillAsync(victim);
        await scene.Plane.SuccessOfAsync(command);

        Assert.Single(await scene.CallsAsync(), call => call.Operation == "Create");
        await CreatedOnceAsync(scene, document, 1);
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F107_what_had_not_started_when_a_process_was_killed_is_executed_once(string victim)
    {
        var scene = await victims.BeginAsync($"unstarted-{victim}", victim);
        var document = Chain(scene, "first", "second", "third");
        await scene.Cloud.CloseAsync();
        var command = (await scene.Plane.SubmitAsync(document)).CommandId;
        await scene.CalledAsync("Create");
        Assert.Equal([States.NotStarted, States.NotStarted], (await scene.UpdatesAsync(command)).Where(update => update.ResourceLabel != "first").Select(update => update.State));

        await scene.KillAsync(victim);
        await scene.Cloud.OpenAsync();
        await scene.Plane.SuccessOfAsync(command);

        Assert.Equal(3, (await scene.CallsAsync()).Where(call => call.Operation == "Create").Select(call => call.OperationId).Distinct().Count());
        await CreatedOnceAsync(scene, document, 3);
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F108_what_failed_because_of_another_is_never_executed_after_a_kill(string victim)
    {
        var scene = await victims.BeginAsync($"wrong-{victim}", victim);
        var builder = scene.Document()
            .Resource(scene.Stack, scene.Stack, GenericResource, "wrong", ("Name", "wrong"))
            .Resource(scene.Stack, scene.Stack, GenericResource, "dependent", ("Name", "dependent"), ("Value", Reference(scene.Stack, GenericResource, "wrong", "Name")))
            .Resource(scene.Stack, scene.Stack, GenericResource, "other", ("Name", "other"));
        await scene.Cloud.ProgramAsync("wrong", "Create", "AccessDenied");
        await scene.Cloud.SlowDownAsync("other", "Create", TimeSpan.FromSeconds(5));
        var command = (await scene.Plane.SubmitAsync(builder.ToString())).CommandId;
        await Wait.ForAsync("the failure of the dependent", ControlPlane.Patience, async () =>
            (await scene.UpdatesAsync(command)).Single(update => update.ResourceLabel == "dependent") is { State: States.Failed } failed ? failed : null);
        await scene.CalledAsync("Create", times: 2);

        await scene.KillAsync(victim);
        var ended = await scene.EndOfAsync(command);

        Assert.Equal(States.Failed, ended.State);
        Assert.Equal(
            [("dependent", States.Failed), ("other", States.Success), ("wrong", States.Failed)],
            ended.ResourceUpdates!.Select(update => (update.ResourceLabel, update.State)).Order());
        Assert.Equal("other", Assert.Single(await scene.Cloud.ObjectsAsync()).Name);
        Assert.Equal(2, (await scene.CallsAsync()).Select(call => call.OperationId).Distinct().Count());
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F111_a_kill_in_the_middle_of_a_synchronisation_leaves_nothing_behind(string victim)
    {
        var scene = await victims.BeginAsync($"looked-at-{victim}", victim);
        var document = Chain(scene, "first", "second", "third");
        await scene.Plane.RunCommandAsync(document);
        var before = await CommandsAsync(scene);
        await scene.Cloud.CloseAsync();
        await scene.Plane.Client.SynchronizeAsync(TestContext.Current.CancellationToken);
        await scene.CalledAsync("Read");

        await scene.KillAsync(victim);
        await scene.Cloud.OpenAsync();
        var ended = await Wait.ForAsync("the end of the synchronisation", ControlPlane.Patience, async () =>
            await scene.Plane.Client.GetSynchronizationAsync(TestContext.Current.CancellationToken) is { } now && States.IsFinal(now.State) ? now : null, () => scene.Plane.LastLines);

        Assert.Equal((States.Success, 0), (ended.State, ended.Changed));
        Assert.Equal(before, await CommandsAsync(scene));
        await CreatedOnceAsync(scene, document, 3);
        await scene.Plane.RunCommandAsync(document, SubmitKind.Destroy);
    }

    [Fact]
    public async Task F131_a_plugin_that_dies_in_the_middle_of_a_create_is_started_again_announces_itself_and_ends_it()
    {
        var scene = await victims.BeginAsync("fallen", "fakeaws");
        var document = scene.Document().Resource(scene.Stack, scene.Stack, Bucket, "store", ("BucketName", "store")).ToString();
        var before = scene.Plane.Children["fakeaws"];
        await scene.Cloud.CrashAsync("Create", afterTheWork: true);

        await scene.Plane.RunCommandAsync(document);

        var after = scene.Plane.Children["fakeaws"];
        Assert.NotEqual(before, after);
        await Wait.ForAsync<object>("the announcement of the new process", ControlPlane.Patience, async () =>
            (await scene.Plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken)).Any(plugin => plugin.Name == "fakeaws" && plugin.ProcessId == after) ? document : null);
        await CreatedOnceAsync(scene, document, 1);
    }

    private static async Task<IEnumerable<string>> CommandsAsync(Scene scene) =>
        (await scene.Plane.Client.ListCommandsAsync(max: 200, cancellation: TestContext.Current.CancellationToken)).Select(command => command.CommandId);

    /// <summary>Each resource is there, in one version that a create wrote, and the stack is free.</summary>
    private static async Task CreatedOnceAsync(Scene scene, string document, int count)
    {
        await scene.EverythingIsThereOnceAsync(document, count);
        foreach (var resource in await scene.Plane.InventoryAsync($"stack:{scene.Stack}"))
        {
            var history = await scene.Plane.Client.GetResourceHistoryAsync(resource.Ksuid!, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal("create", Assert.Single(history.Versions).Operation);
        }
    }

    private static string Chain(Scene scene, params string[] labels)
    {
        var document = scene.Document();
        for (var place = 0; place < labels.Length; place++)
        {
            document.Resource(scene.Stack, scene.Stack, GenericResource, labels[place],
                ("Name", labels[place]), ("Value", place == 0 ? "one" : Reference(scene.Stack, GenericResource, labels[place - 1], "Name")));
        }

        return document.ToString();
    }
}
