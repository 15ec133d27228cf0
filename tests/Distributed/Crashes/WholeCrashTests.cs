using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Distributed.Tests;

/// <summary>The whole control plane ends in the middle of a command; the next one on its data folder carries the command to its end.</summary>
public sealed class WholeCrashTests : IDisposable
{
    private const int Resources = 120;
    private static readonly TimeSpan Mourning = TimeSpan.FromSeconds(5);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task F133_after_a_kill_of_the_supervisor_all_die_within_five_seconds_and_the_next_one_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        var document = BigDocument.Of("killed", Resources, _folder.File("files"));
        string command;
        await using (var plane = await ControlPlane.StartAsync(_folder.File("data")))
        {
            command = await StartAsync(plane, document);
            var children = plane.Children.Values.ToArray();
            Assert.Equal(4, children.Length);

            await plane.KillAsync();

            await Wait.UntilAsync("the end of all children", Mourning, () => !children.Any(Processes.IsAlive));
        }

        await GoesOnAsync(command, document);
    }

    [Fact]
    public async Task After_a_SIGTERM_nothing_is_lost()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var document = BigDocument.Of("stopped", Resources, _folder.File("files"));
        string command;
        await using (var plane = await ControlPlane.StartAsync(_folder.File("data")))
        {
            command = await StartAsync(plane, document);
            await plane.Cloud.OpenAsync();
            Assert.Equal(0, await plane.StopAsync());
            Assert.False(File.Exists(_folder.File("data.ready")), "The ready file outlives what it tells of.");
        }

        await GoesOnAsync(command, document);
    }

    /// <summary>Returns when some of it is done, and some is not: the cloud is closed meanwhile.</summary>
    private static async Task<string> StartAsync(ControlPlane plane, string document)
    {
        await plane.Cloud.CloseAsync(after: 40);
        var command = (await plane.SubmitAsync(document)).CommandId;
        await Wait.ForAsync("the first objects in the cloud", ControlPlane.Patience, async () => await plane.Cloud.ObjectsAsync() is { Count: > 10 } some ? some : null);
        Assert.False(States.IsFinal((await plane.Client.GetCommandAsync(command, TestContext.Current.CancellationToken)).State), "The command was over too soon for this test.");
        return command;
    }

    private async Task GoesOnAsync(string command, string document)
    {
        await using var plane = await ControlPlane.StartAsync(_folder.File("data"));
        await plane.SuccessOfAsync(command);
        await CrashTests.EverythingIsThereOnceAsync(plane, document, Resources);
        await plane.RunCommandAsync(document, SubmitKind.Destroy);
        Assert.Empty(await plane.Cloud.ObjectsAsync());
    }
}
