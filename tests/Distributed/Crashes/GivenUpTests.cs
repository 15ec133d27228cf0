using System.Globalization;
using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>A process that ends more often than it is started again.</summary>
public sealed class GivenUpTests : IDisposable
{
    private const int Restarts = 5;

    private readonly TempFolder _folder = new();

    public GivenUpTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task F132_A7_A8_a_plugin_that_uses_up_its_restarts_is_told_of_once_and_the_others_go_on()
    {
        await using var plane = await ControlPlane.StartAsync(_folder.File("data"));
        await KillForGoodAsync(plane, "fakeaws");

        await Wait.UntilAsync("the word of it", ControlPlane.Patience, () => plane.Output.Contains("The plugin fakeaws has crashed too often", StringComparison.Ordinal), () => plane.LastLines);
        var waiting = (await plane.SubmitAsync(new DocumentBuilder().Stack("lost").Target("aws", "FakeAWS").Resource("lost", "aws", Bucket, "b", ("BucketName", "b")).ToString())).CommandId;
        await plane.RunCommandAsync(new DocumentBuilder().Stack("kept").Target("disk", "Local", new() { ["Root"] = _folder.File("files") })
            .Resource("kept", "disk", LocalFile, "note", ("Path", "note"), ("Content", "served")).ToString());

        Assert.Equal("served", await File.ReadAllTextAsync(_folder.File("files/note"), TestContext.Current.CancellationToken));
        Assert.Equal(2, plane.Output.Split("has crashed too often").Length);
        Assert.Contains(Path.Combine("logs", "fakeaws.log"), plane.Output, StringComparison.Ordinal);
        Assert.Equal(["bus", "coordinator", "local"], plane.Children.Keys.Order(StringComparer.Ordinal));
        Assert.False(States.IsFinal((await plane.Client.GetCommandAsync(waiting, TestContext.Current.CancellationToken)).State));
        Assert.Null(plane.ExitCode);
        Assert.Equal(0, await plane.StopAsync());

        // What waited is done by the next one.
        await using var next = await ControlPlane.StartAsync(_folder.File("data"));
        await next.SuccessOfAsync(waiting);
    }

    [Theory]
    [InlineData("coordinator")]
    [InlineData("bus")]
    public async Task F132_without_the_coordinator_or_the_bus_there_is_no_control_plane(string victim)
    {
        await using var plane = await ControlPlane.StartAsync(_folder.File("data"));
        await KillForGoodAsync(plane, victim);

        await Wait.UntilAsync("the end of formae up", ControlPlane.Patience, () => plane.ExitCode is not null, () => plane.LastLines);

        Assert.Equal(1, plane.ExitCode);
        Assert.Contains($"{victim} has crashed too often", plane.Output, StringComparison.Ordinal);
    }

    /// <summary>Kills every process of this name, the last of which is not replaced.</summary>
    private static async Task KillForGoodAsync(ControlPlane plane, string victim)
    {
        var before = 0;
        for (var kill = 0; kill <= Restarts; kill++)
        {
            var id = before;
            await Wait.UntilAsync(string.Create(CultureInfo.InvariantCulture, $"process {kill + 1} of {victim}"), ControlPlane.Patience, () => plane.Children.TryGetValue(victim, out id) && id != before, () => plane.LastLines);
            Processes.Kill(id);
            before = id;
        }
    }
}
