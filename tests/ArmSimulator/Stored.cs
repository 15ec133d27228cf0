using System.Text.Json.Nodes;

namespace Formae.ArmSimulator;

/// <summary>An object of the simulated cloud.</summary>
internal sealed class Stored(ResourcePath path, JsonObject body)
{
    private const int Partitions = 16;

    public ResourcePath Path { get; } = path;

    public JsonObject Body { get; set; } = body;

    public int Version { get; set; } = 1;

    public string State { get; set; } = "Succeeded";

    public Operation? Pending { get; set; }

    public string ETag => $"W/\"{Version}\"";

    /// <summary>As it is shown: with its id, its state and its outputs, without what is hidden.</summary>
    public JsonObject Show(TypeRules rules)
    {
        var shown = new JsonObject { ["id"] = Path.Id, ["name"] = Path.Name, ["type"] = Path.Type };
        if (rules.HasETag)
            shown["etag"] = ETag;
        Merge(shown, Body);
        Merge(shown, rules.OutputsOf(Path.Name));
        var properties = shown["properties"] as JsonObject ?? [];
        shown["properties"] = properties;
        foreach (var hidden in rules.Hidden)
            properties.Remove(hidden);
        if (rules.ShowsSizeOfAllPartitions && (bool?)properties["enablePartitioning"] == true && (int?)properties["maxSizeInMegabytes"] is { } size)
            properties["maxSizeInMegabytes"] = size * Partitions;
        properties["provisioningState"] = State;
        return shown;
    }

    /// <summary>A JSON merge patch (RFC 7396).</summary>
    public static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                into.Remove(name);
            else if (value is JsonObject inner && into[name] is JsonObject there)
                Merge(there, inner);
            else
                into[name] = value.DeepClone();
        }
    }
}

/// <summary>An operation that goes on after its answer.</summary>
internal sealed class Operation(string id, string resourceId, bool isDelete, AsyncStyle style, int polls, Fault? fault)
{
    public string Id { get; } = id;

    public string ResourceId { get; } = resourceId;

    public bool IsDelete { get; } = isDelete;

    public AsyncStyle Style { get; } = style;

    /// <summary>How often it may still be asked about before it is done.</summary>
    public int PollsLeft { get; set; } = polls;

    /// <summary>How it ends, unless well.</summary>
    public Fault? Fault { get; } = fault;

    public bool IsDone { get; set; }

    public string Status => !IsDone ? "InProgress" : Fault?.Kind switch { null => "Succeeded", FaultKind.CancelOperation => "Canceled", _ => "Failed" };
}

/// <summary>What is answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body; null is none.</param>
internal sealed record Answer(int Status, JsonNode? Body = null)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static Answer Error(int status, string code, string message) => new(status, ErrorBody(code, message));

    public static JsonObject ErrorBody(string code, string message) => new() { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } };
}
