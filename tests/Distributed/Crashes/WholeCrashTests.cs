using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>The whole control plane ends in the middle of a command; the next one on its data folder carries the command to its end.</summary>
[Collection(Victims.Collection)]
public sealed class WholeCrashTests(Victims victims)
{
    private const int Resources = 120;
    private static readonly TimeSpan Mourning = TimeSpan.FromSeconds(5);

    [Fact]
    public Task F133_after_a_kill_of_the_supervisor_all_die_within_five_seconds_and_the_next_one_goes_on() => GoesOnAsync("killed", async plane =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        var children = plane.Children.Values.ToArray();
        Assert.Equal(4, children.Length);

        await plane.KillAsync();

        await Wait.UntilAsync("the end of all children", Mourning, () => !children.Any(Processes.IsAlive));
    });

    [Fact]
    public Task After_a_SIGTERM_nothing_is_lost() => GoesOnAsync("stopped", async plane =>
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await plane.Cloud.OpenAsync();
        Assert.Equal(0, await plane.StopAsync());
        Assert.False(File.Exists(plane.ReadyFile), "The ready file outlives what it tells of.");
    });

    /// <param name="stack">The stack.</param>
    /// <param name="end">Ends everything when some of it is done, and some is not: the cloud is closed meanwhile.</param>
    private async Task GoesOnAsync(string stack, Func<ControlPlane, Task> end)
    {
        var scene = await victims.BeginAsync(stack, Victims.All);
        var document = BigDocument.Of(stack, Resources, Path.Combine(scene.Folder, "files"), cloud: scene.CloudFile);
        await scene.Cloud.CloseAsync(after: 40);
        var command = (await scene.Plane.SubmitAsync(document)).CommandId;
        await Wait.ForAsync("the first objects in the cloud", ControlPlane.Patience, async () => await scene.Cloud.ObjectsAsync() is { Count: > 10 } some ? some : null);
        Assert.False(States.IsFinal((await scene.Plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken)).State), "The command was over too soon for this test.");

        await victims.RestartAsync(end);

        await scene.Plane.SuccessOfAsync(command);
        await scene.EverythingIsThereOnceAsync(document, Resources);
        await scene.Plane.RunCommandAsync(document, SubmitKind.Destroy);
        Assert.Empty(await scene.Cloud.ObjectsAsync());
    }
}
