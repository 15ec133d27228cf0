using Formae.Client;
using Formae.Model;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>Large documents through real processes: the command line, HTTP, the bus and the plugin.</summary>
[Collection(OneSystem.Collection)]
public sealed class LargeDocumentTests(OneSystem system)
{
    private const string Stack = "large";
    private const int Megabyte = 1 << 20;

    private ControlPlane Plane => system.Plane;

    [Fact]
    public async Task A_property_of_a_megabyte_is_made_changed_and_removed()
    {
        await Plane.RunCommandAsync(Document(1, Megabyte, 'a'));
        Assert.False((await Plane.SubmitAsync(Document(1, Megabyte, 'a'))).Simulation.ChangesRequired);
        Assert.Equal(new string('a', Megabyte), await ValueAsync());

        await Plane.RunCommandAsync(Document(1, Megabyte, 'b'));
        Assert.Equal(new string('b', Megabyte), await ValueAsync());
        Assert.Equal(new string('b', Megabyte), ValueOf(Assert.Single(await Plane.InventoryAsync($"stack:{Stack}"))));

        await Plane.RunCommandAsync(Document(1, Megabyte, 'b'), SubmitKind.Destroy);
        Assert.Empty(await Plane.InventoryAsync($"stack:{Stack}"));
    }

    [Fact]
    public async Task A_forma_of_twenty_megabytes_goes_through_the_command_line()
    {
        using var folder = new TempFolder();
        var file = folder.File("large.json");
        await File.WriteAllTextAsync(file, Document(25, 840_000, 'c'), TestContext.Current.CancellationToken);
        Assert.True(new FileInfo(file).Length > 20_000_000);

        var (code, output) = await ControlPlane.RunAsync("apply", file, "--mode", "reconcile", "--yes", "--server", Plane.Address.ToString());

        Assert.True(code == 0, output[..Math.Min(output.Length, 2000)]);
        var inventory = await Plane.InventoryAsync($"stack:{Stack}");
        Assert.Equal(25, inventory.Count);
        Assert.All(inventory, resource => Assert.Equal(840_000, ValueOf(resource).Length));
        (code, output) = await ControlPlane.RunAsync("destroy", "--query", $"stack:{Stack}", "--yes", "--server", Plane.Address.ToString());
        Assert.True(code == 0, output[..Math.Min(output.Length, 2000)]);
        Assert.Empty(await Plane.InventoryAsync($"stack:{Stack}"));
    }

    private async Task<string> ValueAsync() => (await Plane.Cloud.ObjectsAsync()).Single(one => one.Name == $"{Stack}-0").Properties.GetProperty("Value").GetString()!;

    private static string ValueOf(Resource resource) => resource.Properties!.Value.GetProperty("Value").GetString()!;

    private static string Document(int count, int length, char letter)
    {
        var document = new DocumentBuilder().Stack(Stack).Target("large-aws", "FakeAWS");
        for (var number = 0; number < count; number++)
            document.Resource(Stack, "large-aws", GenericResource, $"r{number}", ("Name", $"{Stack}-{number}"), ("Value", new string(letter, length)));
        return document.ToString();
    }
}
