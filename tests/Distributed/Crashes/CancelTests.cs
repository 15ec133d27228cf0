using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>Cancels by the command line, among processes that are killed.</summary>
public sealed class CancelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_that_was_answered_survives_the_death_of_the_coordinator(bool force)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        using var folder = new TempFolder();
        await using var plane = await ControlPlane.StartAsync(folder.File("data"));
        await plane.Cloud.CloseAsync();
        var id = (await plane.SubmitAsync(Document)).CommandId;
        await Wait.ForAsync("the create of the network", ControlPlane.Patience, async () => (await plane.Cloud.CallsAsync()).FirstOrDefault(), () => plane.LastLines);

        string[] arguments = ["cancel", id, "--server", plane.Address.ToString(), .. force ? (string[])["--force"] : []];
        var (exit, output) = await ControlPlane.RunAsync(arguments);
        Assert.True(exit == 0, output);
        Assert.StartsWith(force ? "Canceled  command" : "Canceling  command", output, StringComparison.Ordinal);
        Processes.Kill(plane.Children["coordinator"]);
        await plane.Cloud.OpenAsync();

        var ended = await Wait.ForAsync(
            "the end of the command", ControlPlane.Patience, async () => await plane.Client.GetCommandAsync(id, TestContext.Current.CancellationToken) is var now && States.IsFinal(now.State) ? now : null, () => plane.LastLines);
        Assert.Equal(
            (States.Canceled, force ? "machine:Canceled net:Canceled" : "machine:Canceled net:Success"),
            (ended.State, string.Join(" ", ended.ResourceUpdates!.OrderBy(update => update.ResourceLabel, StringComparer.Ordinal).Select(update => $"{update.ResourceLabel}:{update.State}"))));

        // Its object is in the inventory, managed or not; the next apply makes what is missing, and nothing twice.
        await Wait.ForAsync("the network in the inventory", ControlPlane.Patience, async () => (await plane.InventoryAsync()).SingleOrDefault(resource => resource.Label == "net"), () => plane.LastLines);
        await plane.RunCommandAsync(Document);
        Assert.Equal(["machine", "net"], (await plane.InventoryAsync("stack:stopped")).Select(resource => resource.Label).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await plane.Cloud.ObjectsAsync()).Count);
        Assert.Equal(1, (await ControlPlane.RunAsync("cancel", id, "--server", plane.Address.ToString())).ExitCode);
    }

    private static string Document => new DocumentBuilder().Stack("stopped").Target("aws", "FakeAWS")
        .Resource("stopped", "aws", Vpc, "net", ("CidrBlock", "10.0.0.0/16"))
        .Resource("stopped", "aws", Instance, "machine", ("ImageId", "ami-1"), ("VpcId", Reference("stopped", Vpc, "net", "VpcId")))
        .ToString();
}
