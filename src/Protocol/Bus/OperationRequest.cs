using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Bus;

/// <summary>One bounded piece of work for a plugin: everything it needs, so that it never asks back. References in it are resolved.</summary>
public sealed record OperationRequest
{
    /// <summary>The version of this contract. A plugin that does not know it answers with a failure that names both.</summary>
    public int Contract { get; set; } = BusContract.Version;

    /// <summary><c>COMMAND/KSUID/operation</c>: the same for every attempt.</summary>
    public required string OperationId { get; init; }

    /// <summary>From 1; a status poll belongs to the attempt it asks about.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>What may have come of earlier attempts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Doubt Doubt { get; init; }

    /// <summary>Counts the messages of one operation, so that each has a name of its own and a repeated one is told from a new one.</summary>
    public int Sequence { get; init; }

    public required OperationVerb Verb { get; init; }

    /// <summary>KSUID of the resource: the key of the entity that the report goes back to.</summary>
    public required string Ksuid { get; init; }

    public required string ResourceType { get; init; }

    public string Label { get; set; } = "";

    public string Stack { get; set; } = "";

    public string Target { get; set; } = "";

    public JsonElement? TargetConfig { get; init; }

    /// <summary>Required by every verb but create and list.</summary>
    public string? NativeId { get; init; }

    /// <summary>The handle of a long-running operation that a status poll asks about.</summary>
    public string? RequestId { get; init; }

    /// <summary>Desired properties (create, update). Secrets are sealed.</summary>
    public JsonElement? Properties { get; init; }

    /// <summary>Stored properties (read, update, delete); secrets are redacted.</summary>
    public JsonElement? PriorProperties { get; init; }

    /// <summary>JSON patch from prior to desired (update). An empty one asks for a read and no change.</summary>
    public JsonElement? Patch { get; init; }

    /// <summary>
    /// What the cloud must still hold for an update to go ahead: the stored read-write properties, secrets as hashes. The operator reads and compares
    /// first, and answers <see cref="OperationStatus.Drifted"/> instead of changing anything. Absent: no pre-read.
    /// </summary>
    public JsonElement? Expected { get; init; }

    /// <summary>How many ids one page may hold (list).</summary>
    public int PageSize { get; set; } = 100;

    /// <summary>Where to go on (list): what the page before ended with; absent for the first page.</summary>
    public string? PageToken { get; init; }

    /// <summary>Which parent to list below (list): values by the names of the type's parent mappings.</summary>
    public JsonElement? ListParameters { get; init; }

    /// <summary>The queue that the report goes to.</summary>
    public required string ReportTo { get; init; }

    /// <summary>How long the handler may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>W3C trace context of the caller.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Names this message; the bus drops a second one of the same name.</summary>
    [JsonIgnore]
    public string MessageId => $"{OperationId}/{Sequence}";
}

[JsonConverter(typeof(JsonStringEnumConverter<OperationVerb>))]
public enum OperationVerb
{
    Create,
    Read,
    Update,
    Delete,
    Status,
    List,
}
