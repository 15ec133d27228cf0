using System.Globalization;
using System.Text.Json.Nodes;
using static Formae.Distributed.Tests.DocumentBuilder;

namespace Formae.Distributed.Tests;

/// <summary>Many resources of two plugins in chains of references, so that a command has to walk for a while.</summary>
internal static class BigDocument
{
    private const int Chains = 10;

    /// <param name="stack">Of all resources.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="value">Part of every resource that can be changed.</param>
    /// <param name="latency">Of each call of the cloud, in milliseconds.</param>
    /// <param name="cloud">Where its objects are. Default: the cloud of targets that name none.</param>
    public static string Of(string stack, int count, string folder, string value = "one", int latency = 80, string? cloud = null)
    {
        // Where there are others, the targets are of the stack too.
        var (slow, polled, disk) = cloud is null ? ("slow", "polled", "disk") : ($"{stack}-slow", $"{stack}-polled", $"{stack}-disk");
        var document = new DocumentBuilder().Stack(stack)
            .Target(slow, "FakeAWS", In(cloud, new JsonObject { ["LatencyMs"] = latency }))
            .Target(polled, "FakeAWS", In(cloud, new JsonObject { ["AsyncCreates"] = true }))
            .Target(disk, "Local", new JsonObject { ["Root"] = folder });
        for (var i = 0; i < count; i++)
        {
            JsonNode link = i < Chains ? stack : Reference(stack, GenericResource, Name(i - Chains), "Name");
            if (i % 7 == 6)
                document.Resource(stack, disk, LocalFile, $"file-{i}", ("Path", $"{stack}-{i}"), ("Content", value));
            document.Resource(stack, i % 3 == 1 ? polled : slow, GenericResource, Name(i), ("Name", $"{stack}-{i}"), ("Value", value), ("OrderedItems", new JsonArray(link)));
            if (document.Count >= count)
                break;
        }

        return document.ToString();
    }

    private static JsonObject In(string? cloud, JsonObject config)
    {
        if (cloud is not null)
            config["CloudFile"] = cloud;
        return config;
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"link-{number:000}");
}
