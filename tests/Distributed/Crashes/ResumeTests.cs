using Formae.Client;
using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>What becomes of each kind of update when a process is killed, kill -9, at a point that the test has chosen.</summary>
public sealed class ResumeTests : IDisposable
{
    private const string Stack = "resumed";

    private readonly TempFolder _folder = new();

    public ResumeTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("coordinator")]
    [InlineData("bus")]
    [InlineData("fakeaws")]
    [InlineData(Victims.All)]
    public async Task F106_a_create_that_was_polled_when_a_process_was_killed_is_polled_on_and_not_repeated(string victim)
    {
        var document = new DocumentBuilder().Stack(Stack).Target("polled", "FakeAWS", new() { ["AsyncCreates"] = true })
            .Resource(Stack, "polled", Bucket, "long", ("BucketName", "long")).ToString();
        await using var victims = await Victims.StartAsync(_folder.File("data"));
        await victims.Plane.Cloud.DelayAsync("Status", TimeSpan.FromSeconds(4));
        var command = (await victims.Plane.SubmitAsync(document)).CommandId;
        await victims.CalledAsync("Status");

        await victims.KillAsync(victim);
        await victims.Plane.SuccessOfAsync(command);

        Assert.Single(await victims.CallsAsync(), call => call.Operation == "Create");
        await CreatedOnceAsync(victims.Plane, document, 1);
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F107_what_had_not_started_when_a_process_was_killed_is_executed_once(string victim)
    {
        var document = Chain("first", "second", "third");
        await using var victims = await Victims.StartAsync(_folder.File("data"));
        await victims.Plane.Cloud.CloseAsync();
        var command = (await victims.Plane.SubmitAsync(document)).CommandId;
        await victims.CalledAsync("Create");
        Assert.Equal([States.NotStarted, States.NotStarted], (await victims.UpdatesAsync(command)).Where(update => update.ResourceLabel != "first").Select(update => update.State));

        await victims.KillAsync(victim);
        await victims.Plane.Cloud.OpenAsync();
        await victims.Plane.SuccessOfAsync(command);

        Assert.Equal(3, (await victims.CallsAsync()).Where(call => call.Operation == "Create").Select(call => call.OperationId).Distinct().Count());
        await CreatedOnceAsync(victims.Plane, document, 3);
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F108_what_failed_because_of_another_is_never_executed_after_a_kill(string victim)
    {
        var builder = new DocumentBuilder().Stack(Stack).Target("aws", "FakeAWS").Target("slow", "FakeAWS", new() { ["LatencyMs"] = 5000 })
            .Resource(Stack, "aws", GenericResource, "wrong", ("Name", "wrong"))
            .Resource(Stack, "aws", GenericResource, "dependent", ("Name", "dependent"), ("Value", Reference(Stack, GenericResource, "wrong", "Name")))
            .Resource(Stack, "slow", GenericResource, "other", ("Name", "other"));
        await using var victims = await Victims.StartAsync(_folder.File("data"));
        await victims.Plane.Cloud.ProgramAsync("wrong", "Create", "AccessDenied");
        var command = (await victims.Plane.SubmitAsync(builder.ToString())).CommandId;
        await Wait.ForAsync("the failure of the dependent", ControlPlane.Patience, async () =>
            (await victims.UpdatesAsync(command)).Single(update => update.ResourceLabel == "dependent") is { State: States.Failed } failed ? failed : null);
        await victims.CalledAsync("Create", times: 2);

        await victims.KillAsync(victim);
        var ended = await Wait.ForAsync("the end", ControlPlane.Patience, async () =>
            await victims.Plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken) is { } now && States.IsFinal(now.State) ? now : null, () => victims.Plane.LastLines);

        Assert.Equal(States.Failed, ended.State);
        Assert.Equal(
            [("dependent", States.Failed), ("other", States.Success), ("wrong", States.Failed)],
            ended.ResourceUpdates!.Select(update => (update.ResourceLabel, update.State)).Order());
        Assert.Equal("other", Assert.Single(await victims.Plane.Cloud.ObjectsAsync()).Name);
        Assert.Equal(2, (await victims.CallsAsync()).Select(call => call.OperationId).Distinct().Count());
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData(Victims.All)]
    public async Task F111_a_kill_in_the_middle_of_a_synchronisation_leaves_nothing_behind(string victim)
    {
        await using var victims = await Victims.StartAsync(_folder.File("data"));
        var document = Chain("first", "second", "third");
        await victims.Plane.RunCommandAsync(document);
        await victims.Plane.Cloud.CloseAsync();
        await victims.Plane.Client.SynchronizeAsync(TestContext.Current.CancellationToken);
        await victims.CalledAsync("Read");

        await victims.KillAsync(victim);
        await victims.Plane.Cloud.OpenAsync();
        var ended = await Wait.ForAsync("the end of the synchronisation", ControlPlane.Patience, async () =>
            await victims.Plane.Client.GetSynchronizationAsync(TestContext.Current.CancellationToken) is { } now && States.IsFinal(now.State) ? now : null, () => victims.Plane.LastLines);

        Assert.Equal((States.Success, 0), (ended.State, ended.Changed));
        Assert.Single(await victims.Plane.Client.ListCommandsAsync(cancellation: TestContext.Current.CancellationToken));
        await CreatedOnceAsync(victims.Plane, document, 3);
        await victims.Plane.RunCommandAsync(document, SubmitKind.Destroy);
    }

    [Fact]
    public async Task F131_a_plugin_that_dies_in_the_middle_of_a_create_is_started_again_announces_itself_and_ends_it()
    {
        var document = new DocumentBuilder().Stack(Stack).Target("aws", "FakeAWS").Resource(Stack, "aws", Bucket, "store", ("BucketName", "store")).ToString();
        await using var victims = await Victims.StartAsync(_folder.File("data"));
        var before = victims.Plane.Children["fakeaws"];
        await victims.Plane.Cloud.CrashAsync("Create", afterTheWork: true);

        await victims.Plane.RunCommandAsync(document);

        var after = victims.Plane.Children["fakeaws"];
        Assert.NotEqual(before, after);
        await Wait.ForAsync<object>("the announcement of the new process", ControlPlane.Patience, async () =>
            (await victims.Plane.Client.GetPluginsAsync(TestContext.Current.CancellationToken)).Any(plugin => plugin.Name == "fakeaws" && plugin.ProcessId == after) ? document : null);
        await CreatedOnceAsync(victims.Plane, document, 1);
    }

    /// <summary>Each resource is there, in one version that a create wrote, and the stack is free.</summary>
    private static async Task CreatedOnceAsync(ControlPlane plane, string document, int count)
    {
        await CrashTests.EverythingIsThereOnceAsync(plane, document, count);
        foreach (var resource in await plane.InventoryAsync())
        {
            var history = await plane.Client.GetResourceHistoryAsync(resource.Ksuid!, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal("create", Assert.Single(history.Versions).Operation);
        }
    }

    private static string Chain(params string[] labels)
    {
        var document = new DocumentBuilder().Stack(Stack).Target("aws", "FakeAWS");
        for (var place = 0; place < labels.Length; place++)
        {
            document.Resource(Stack, "aws", GenericResource, labels[place],
                ("Name", labels[place]), ("Value", place == 0 ? "one" : Reference(Stack, GenericResource, labels[place - 1], "Name")));
        }

        return document.ToString();
    }
}
