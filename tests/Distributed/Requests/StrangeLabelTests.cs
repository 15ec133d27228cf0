using System.Text.Json.Nodes;
using Formae.Client;

namespace Formae.Distributed.Tests;

/// <summary>Labels that would be trouble as keys, paths or texts are labels like any other.</summary>
[Collection(OneSystem.Collection)]
public sealed class StrangeLabelTests(OneSystem system)
{
    private const string Stack = "strange/stack\\with#all?of it%2F 🦑 'quoted' \"twice\"";

    [Fact]
    public async Task Any_visible_label_is_stored_found_and_destroyed()
    {
        string[] labels = ["a/b", "a\\b", "a#b", "a?b", "a%2Fb", "🦑", "name", "Name", "NAME", "'", "\"", "ß", "ss", "é", "e\u0301", "中文", "a b", "..", "$res", "{}", "<script>", "--", ";", new string('x', 1024)];
        var builder = new DocumentBuilder().Stack(Stack).Target("aws/eu?", "FakeAWS", new JsonObject { ["Region"] = "eu-1" });
        foreach (var (label, index) in labels.Select((label, index) => (label, index)))
        {
            builder.Resource(Stack, "aws/eu?", DocumentBuilder.GenericResource, label, ("Name", $"strange-{index}"),
                ("Value", index == 0 ? "first" : DocumentBuilder.Reference(Stack, DocumentBuilder.GenericResource, labels[index - 1], "Name")));
        }

        var document = builder.ToString();
        await system.Plane.RunCommandAsync(document);

        var inventory = (await system.Plane.InventoryAsync()).Where(resource => resource.Stack == Stack).ToArray();
        Assert.Equal(labels.Order(StringComparer.Ordinal), inventory.Select(resource => resource.Label).Order(StringComparer.Ordinal));
        Assert.Equal(labels.Length, inventory.Select(resource => resource.Ksuid).Distinct().Count());
        Assert.Equal("🦑", Assert.Single(await system.Plane.InventoryAsync("label:🦑")).Label);
        Assert.Equal("Name", Assert.Single(await system.Plane.InventoryAsync("label:Name")).Label);
        Assert.Equal(["NAME", "Name"], (await system.Plane.InventoryAsync("label:N*")).Select(resource => resource.Label).Order(StringComparer.Ordinal));
        Assert.False((await system.Plane.SubmitAsync(document)).Simulation.ChangesRequired);

        await system.Plane.RunCommandAsync(document, SubmitKind.Destroy);
        Assert.DoesNotContain(await system.Plane.InventoryAsync(), resource => resource.Stack == Stack);
        Assert.DoesNotContain(await system.Plane.Cloud.ObjectsAsync(), one => one.Name!.StartsWith("strange-", StringComparison.Ordinal));
    }
}
