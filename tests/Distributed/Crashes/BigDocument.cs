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
    public static string Of(string stack, int count, string folder, string value = "one", int latency = 80)
    {
        var document = new DocumentBuilder().Stack(stack)
            .Target("slow", "FakeAWS", new JsonObject { ["LatencyMs"] = latency })
            .Target("polled", "FakeAWS", new JsonObject { ["AsyncCreates"] = true })
            .Target("disk", "Local", new JsonObject { ["Root"] = folder });
        for (var i = 0; i < count; i++)
        {
            JsonNode link = i < Chains ? stack : Reference(stack, GenericResource, Name(i - Chains), "Name");
            if (i % 7 == 6)
                document.Resource(stack, "disk", LocalFile, $"file-{i}", ("Path", $"{stack}-{i}"), ("Content", value));
            document.Resource(stack, i % 3 == 1 ? "polled" : "slow", GenericResource, Name(i), ("Name", $"{stack}-{i}"), ("Value", value), ("OrderedItems", new JsonArray(link)));
            if (document.Count >= count)
                break;
        }

        return document.ToString();
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"link-{number:000}");
}
