using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>A named group of resources: the unit of reconciliation, of leases and of policies.</summary>
public sealed record Stack
{
    /// <summary>Holds what was discovered and not adopted. Never declared, never reconciled.</summary>
    public const string Unmanaged = "$unmanaged";

    /// <summary>KSUID, made when the stack is first stored; a label that is used again later gets a new one.</summary>
    [JsonPropertyName("ID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    public string Label { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>
    /// Policies written inline, at most one of each type, and references (<c>{"$ref":"policy://LABEL"}</c>) to standalone ones. A document may leave out the label
    /// of an inline policy; in a stored stack each has one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonElement>? Policies { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }
}
