using System.Text.Json.Nodes;
using System.Xml;
using Formae.Protocol.Bus;

namespace Formae.Cli.Up;

/// <summary>The bus of one control plane, in the format of the Service Bus emulator's Config.json.</summary>
internal static class Topology
{
    /// <param name="requestQueues">One for each plugin.</param>
    /// <param name="listeners">Who subscribes to events, and to which. Nobody: there is no topic.</param>
    public static string Of(IEnumerable<string> requestQueues, IReadOnlyList<Listener>? listeners = null)
    {
        var queues = new JsonArray(Queue(BusContract.ReportQueue, lockFor: "PT1M", BusContract.ReportValidity), Queue(BusContract.AnnouncementQueue, lockFor: "PT1M", BusContract.AnnouncementValidity));

        // Requests are fetched ahead of the handlers that take up to a minute each: a lock must outlast the wait. A dropped connection frees its locks at once.
        foreach (var queue in requestQueues)
            queues.Add((JsonNode)Queue(queue, lockFor: "PT5M", BusContract.RequestValidity));
        var root = new JsonObject
        {
            ["UserConfig"] = new JsonObject
            {
                ["Namespaces"] = new JsonArray(new JsonObject { ["Name"] = "formae", ["Queues"] = queues, ["Topics"] = listeners is { Count: > 0 } ? new JsonArray(EventTopic(listeners)) : new JsonArray() }),
                ["Logging"] = new JsonObject { ["Type"] = "Console" },
            },
        };
        return root.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    private static JsonObject EventTopic(IReadOnlyList<Listener> listeners) => new()
    {
        ["Name"] = BusContract.EventTopic,
        ["Properties"] = new JsonObject
        {
            ["DefaultMessageTimeToLive"] = XmlConvert.ToString(BusContract.EventValidity),

            // An event has a computed name: it is told again when the coordinator does not know that it was told.
            ["RequiresDuplicateDetection"] = true,
            ["DuplicateDetectionHistoryTimeWindow"] = XmlConvert.ToString(BusContract.DuplicateWindow),
        },
        ["Subscriptions"] = new JsonArray([.. listeners.Select(Subscription)]),
    };

    private static JsonObject Subscription(Listener listener) => new()
    {
        ["Name"] = listener.Name,
        ["Properties"] = new JsonObject
        {
            ["LockDuration"] = "PT1M",
            ["MaxDeliveryCount"] = BusContract.MostDeliveries,
            ["DefaultMessageTimeToLive"] = XmlConvert.ToString(BusContract.EventValidity),
            ["DeadLetteringOnMessageExpiration"] = false,
            ["RequiresSession"] = false,
        },
        ["Rules"] = new JsonArray([.. listener.Types.Select(type => new JsonObject
        {
            ["Name"] = type,
            ["Properties"] = new JsonObject { ["FilterType"] = "Correlation", ["CorrelationFilter"] = new JsonObject { ["Label"] = type } },
        })]),
    };

    private static JsonObject Queue(string name, string lockFor, TimeSpan validFor) => new()
    {
        ["Name"] = name,
        ["Properties"] = new JsonObject
        {
            ["LockDuration"] = lockFor,
            ["MaxDeliveryCount"] = BusContract.MostDeliveries,

            // What waits for longer would be refused by its reader: it is too old.
            ["DefaultMessageTimeToLive"] = XmlConvert.ToString(validFor),
            ["DeadLetteringOnMessageExpiration"] = name != BusContract.AnnouncementQueue,

            // A request has a computed name, so that a coordinator that crashed between sending and remembering sends it once. And whoever sends a message once more, which
            // was signed and is still valid, sends it in vain: no message is valid for longer than this window.
            ["RequiresDuplicateDetection"] = true,
            ["DuplicateDetectionHistoryTimeWindow"] = XmlConvert.ToString(BusContract.DuplicateWindow),
            ["RequiresSession"] = false,
        },
    };
}
