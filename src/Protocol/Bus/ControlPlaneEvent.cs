using System.Text.Json.Serialization;

namespace Formae.Protocol.Bus;

/// <summary>Something that has happened, as a CloudEvents 1.0 object in JSON. It names things and their outcome and never holds a property, so no secret is in it.</summary>
public sealed record ControlPlaneEvent
{
    /// <summary>What <see cref="Source"/> says.</summary>
    public const string ControlPlane = "/formae";

    /// <summary>The version of CloudEvents: 1.0.</summary>
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; set; } = "1.0";

    /// <summary>The same whenever this is told again: what was done for it once need not be done twice.</summary>
    public required string Id { get; init; }

    /// <summary>Who tells: <c>/formae</c>.</summary>
    public string Source { get; set; } = ControlPlane;

    /// <summary>One of <see cref="EventTypes.Known"/>; one that is not there comes from a newer control plane.</summary>
    public required string Type { get; init; }

    /// <summary>The KSUID of the resource, or the id of the command.</summary>
    public required string Subject { get; init; }

    /// <summary>When it happened, by the clock of the control plane.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The content type of <see cref="Data"/>.</summary>
    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; set; } = "application/json";

    /// <summary>What it happened to, and how it ended.</summary>
    public required EventData Data { get; init; }
}

/// <summary>What an event happened to, and how it ended. What does not apply is null.</summary>
public sealed record EventData
{
    /// <summary>The command, or the synchronisation that saw it.</summary>
    public required string CommandId { get; init; }

    /// <summary>Of a command: <c>apply</c> or <c>destroy</c>, or what else there is.</summary>
    public string? Command { get; init; }

    /// <summary>Whom the command comes from: <c>user</c>, or a part of the control plane such as <c>ttl</c>.</summary>
    public string? CommandSource { get; init; }

    /// <summary>The client that gave the command.</summary>
    public string? ClientId { get; init; }

    /// <summary>The resource's stack.</summary>
    public string? Stack { get; init; }

    /// <summary>The resource's type.</summary>
    public string? Type { get; init; }

    /// <summary>The resource's label.</summary>
    public string? Label { get; init; }

    /// <summary>The resource's identity.</summary>
    public string? Ksuid { get; init; }

    /// <summary>What the cloud calls the object; null where nobody knows, or there is none.</summary>
    public string? NativeId { get; init; }

    /// <summary>The label of the target that the resource is on.</summary>
    public string? Target { get; init; }

    /// <summary>What was to be done, or what was seen: <c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>How it ended: <c>Success</c>, <c>Failed</c>, <c>Rejected</c> or, of a command, <c>Canceled</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why it failed, as a code (docs/plugins.md); null where there is none. Its text is in the status of the command.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Of a command: how many of its updates ended in which state.</summary>
    public IReadOnlyDictionary<string, int>? Updates { get; init; }
}

/// <summary>The JSON of events: the attributes of CloudEvents are written small.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlPlaneEvent))]
public sealed partial class EventJson : JsonSerializerContext;
