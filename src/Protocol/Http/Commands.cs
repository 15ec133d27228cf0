using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Http;

/// <summary>The answer to a submitted command: what was planned and, when something runs, under which id.</summary>
public sealed record SubmitCommandResponse
{
    public string CommandId { get; init; } = "";

    public Description Description { get; init; } = new();

    public Simulation Simulation { get; init; } = new();

    /// <summary>Warnings about the document: unknown keys and the like.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Diagnostic>? Diagnostics { get; init; }
}

public sealed record Simulation
{
    public bool ChangesRequired { get; init; }

    public Command Command { get; init; } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }
}

public sealed record CommandList
{
    public IReadOnlyList<Command> Commands { get; init; } = [];
}

/// <summary>A command and everything it does. <see cref="EndTs"/> is the time of the last change, also while it runs.</summary>
public sealed record Command
{
    public string CommandId { get; init; } = "";

    [JsonPropertyName("Command")]
    public string Kind { get; init; } = "";

    public string? Mode { get; init; }

    public string? Source { get; init; }

    /// <summary>Who gave it, as the proof of identity says: the object id of a token, or the fingerprint of a key. Absent where no identity is asked for.</summary>
    public string? Subject { get; init; }

    /// <summary>The same for people, such as the name in a token.</summary>
    public string? SubjectName { get; init; }

    public string State { get; init; } = "";

    /// <summary>Why it failed as a whole, when it was not one of its updates that failed.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? StartTs { get; init; }

    public DateTimeOffset? EndTs { get; init; }

    public IReadOnlyList<ResourceUpdate>? ResourceUpdates { get; init; }

    public IReadOnlyList<TargetUpdate>? TargetUpdates { get; init; }

    public IReadOnlyList<StackUpdate>? StackUpdates { get; init; }

    public IReadOnlyList<PolicyUpdate>? PolicyUpdates { get; init; }
}

public sealed record ResourceUpdate
{
    /// <summary>The resource's KSUID.</summary>
    public string ResourceId { get; init; } = "";

    public string ResourceType { get; init; } = "";

    public string? ResourceLabel { get; init; }

    public string? OldLabel { get; init; }

    public string? StackName { get; init; }

    public string? OldStackName { get; init; }

    /// <summary><c>create</c>, <c>update</c>, <c>delete</c> or <c>read</c>; the two halves of a replace share a <see cref="GroupId"/>.</summary>
    public string Operation { get; init; } = "";

    /// <summary>An RFC 6902 JSON patch.</summary>
    public JsonElement? PatchDocument { get; init; }

    public JsonElement? CreateOnlyPatch { get; init; }

    public string State { get; init; } = "";

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Milliseconds.</summary>
    public long? Duration { get; init; }

    public int? CurrentAttempt { get; init; }

    public int? MaxAttempts { get; init; }

    public string? ErrorMessage { get; init; }

    public string? StateMessage { get; init; }

    public JsonElement? Properties { get; init; }

    public JsonElement? OldProperties { get; init; }

    public string? GroupId { get; init; }

    /// <summary>KSUID → label of the resources it refers to, for display.</summary>
    public IReadOnlyDictionary<string, string>? ReferenceLabels { get; init; }

    public string? NativeId { get; init; }

    public bool? IsCascade { get; init; }

    public string? CascadeSource { get; init; }
}

public sealed record TargetUpdate
{
    public string TargetLabel { get; init; } = "";

    public string Operation { get; init; } = "";

    public string State { get; init; } = "";

    public long? Duration { get; init; }

    public string? ErrorMessage { get; init; }

    public bool Discoverable { get; init; }

    public JsonElement? ExistingConfig { get; init; }

    public JsonElement? DesiredConfig { get; init; }

    public DateTimeOffset? StartTs { get; init; }

    public DateTimeOffset? ModifiedTs { get; init; }

    public bool? IsCascade { get; init; }

    public string? CascadeSource { get; init; }
}

public sealed record StackUpdate
{
    public string StackLabel { get; init; } = "";

    public string Operation { get; init; } = "";

    public string State { get; init; } = "";

    public long? Duration { get; init; }

    public string? ErrorMessage { get; init; }

    public string? Description { get; init; }

    public DateTimeOffset? StartTs { get; init; }

    public DateTimeOffset? ModifiedTs { get; init; }
}

public sealed record PolicyUpdate
{
    public string PolicyLabel { get; init; } = "";

    public string PolicyType { get; init; } = "";

    public string? StackLabel { get; init; }

    public string Operation { get; init; } = "";

    public string State { get; init; } = "";

    public long? Duration { get; init; }

    public string? ErrorMessage { get; init; }

    public JsonElement? PolicyConfig { get; init; }

    public JsonElement? OldPolicyConfig { get; init; }

    public IReadOnlyList<string>? ReferencingStacks { get; init; }

    public DateTimeOffset? StartTs { get; init; }

    public DateTimeOffset? ModifiedTs { get; init; }
}
