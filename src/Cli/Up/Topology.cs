using System.Text.Json.Nodes;
using Formae.Protocol.Bus;

namespace Formae.Cli.Up;

/// <summary>The bus of one control plane, in the format of the Service Bus emulator's Config.json.</summary>
internal static class Topology
{
    public static string Of(IEnumerable<string> requestQueues)
    {
        var queues = new JsonArray(Queue(BusContract.ReportQueue, isRequests: false), Queue(BusContract.AnnouncementQueue, isRequests: false));
        foreach (var queue in requestQueues)
            queues.Add((JsonNode)Queue(queue, isRequests: true));
        var root = new JsonObject
        {
            ["UserConfig"] = new JsonObject
            {
                ["Namespaces"] = new JsonArray(new JsonObject { ["Name"] = "formae", ["Queues"] = queues, ["Topics"] = new JsonArray() }),
                ["Logging"] = new JsonObject { ["Type"] = "Console" },
            },
        };
        return root.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    // A request has a computed name, so that a coordinator that crashed between sending and remembering sends it once.
    private static JsonObject Queue(string name, bool isRequests)
    {
        var properties = new JsonObject
        {
            // Requests are fetched ahead of the handlers that take up to a minute each: a lock must outlast the wait. A dropped connection frees its locks at once.
            ["LockDuration"] = isRequests ? "PT5M" : "PT1M",
            ["MaxDeliveryCount"] = 10,
            ["DefaultMessageTimeToLive"] = "P1D",
            ["DeadLetteringOnMessageExpiration"] = true,
            ["RequiresDuplicateDetection"] = isRequests,
            ["RequiresSession"] = false,
        };
        if (isRequests)
            properties["DuplicateDetectionHistoryTimeWindow"] = "PT10M";
        return new JsonObject { ["Name"] = name, ["Properties"] = properties };
    }
}
