using Formae.Protocol.Http;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>Cancels by the command line, among processes that are killed.</summary>
[Collection(Victims.Collection)]
public sealed class CancelTests(Victims victims)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_that_was_answered_survives_the_death_of_the_coordinator(bool force)
    {
        var scene = await victims.BeginAsync(force ? "canceled-at-once" : "canceled", "coordinator");
        var (plane, document) = (scene.Plane, Document(scene));
        await plane.Cloud.CloseAsync();
        var id = (await plane.SubmitAsync(document)).CommandId;
        await scene.CalledAsync("Create");

        string[] arguments = ["cancel", id, "--server", plane.Address.ToString(), .. force ? (string[])["--force"] : []];
        var (exit, output) = await ControlPlane.RunAsync(arguments);
        Assert.True(exit == 0, output);
        Assert.StartsWith(force ? "Canceled  command" : "Canceling  command", output, StringComparison.Ordinal);
        Processes.Kill(plane.Children["coordinator"]);
        await plane.Cloud.OpenAsync();

        var ended = await scene.EndOfAsync(id);
        Assert.Equal(
            (States.Canceled, force ? "machine:Canceled net:Canceled" : "machine:Canceled net:Success"),
            (ended.State, string.Join(" ", ended.ResourceUpdates!.OrderBy(update => update.ResourceLabel, StringComparer.Ordinal).Select(update => $"{update.ResourceLabel}:{update.State}"))));

        // Its object is in the inventory, managed or not; the next apply makes what is missing, and nothing twice.
        await Wait.ForAsync("the network in the inventory", ControlPlane.Patience, async () => (await plane.InventoryAsync()).SingleOrDefault(resource => resource.Label == "net" && resource.Target == scene.Stack), () => plane.LastLines);
        await plane.RunCommandAsync(document);
        Assert.Equal(["machine", "net"], (await plane.InventoryAsync($"stack:{scene.Stack}")).Select(resource => resource.Label).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await scene.Cloud.ObjectsAsync()).Count);
        Assert.Equal(1, (await ControlPlane.RunAsync("cancel", id, "--server", plane.Address.ToString())).ExitCode);
    }

    private static string Document(Scene scene) => scene.Document()
        .Resource(scene.Stack, scene.Stack, Vpc, "net", ("CidrBlock", "10.0.0.0/16"))
        .Resource(scene.Stack, scene.Stack, Instance, "machine", ("ImageId", "ami-1"), ("VpcId", Reference(scene.Stack, Vpc, "net", "VpcId")))
        .ToString();
}
