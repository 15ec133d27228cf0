using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>A rule that the control plane follows for a stack by itself. A document writes it inline in a stack, or once under a label that stacks refer to.</summary>
public sealed record Policy
{
    /// <summary>The stack is destroyed when its time is over.</summary>
    public const string TimeToLive = "ttl";

    /// <summary>What others changed in the stack is put right again at intervals.</summary>
    public const string AutoReconcile = "auto-reconcile";

    /// <summary>How a stack refers to a policy with a label of its own: <c>{"$ref":"policy://LABEL"}</c>.</summary>
    public const string ReferencePrefix = "policy://";

    public string Type { get; init; } = "";

    /// <summary>Of a policy that was written inline: <c>STACK-TYPE-</c> and eight characters, given when it is first stored.</summary>
    public string Label { get; init; } = "";

    /// <summary>Time to live: seconds since the stack was first created. Excludes <see cref="ExpiresAt"/>.</summary>
    [JsonPropertyName("TTLSeconds"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TtlSeconds { get; init; }

    /// <summary>Time to live: the end, in UTC and whole seconds (<c>2027-01-31T12:00:00Z</c>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExpiresAt { get; init; }

    /// <summary>Time to live: <c>abort</c> or <c>cascade</c>, for when other stacks refer to what would go.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OnDependents { get; init; }

    /// <summary>Automatic reconcile: seconds between two looks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? IntervalSeconds { get; init; }

    /// <summary>Automatic reconcile: when it last ran. Output only.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastReconcileAt { get; init; }
}
