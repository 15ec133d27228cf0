using System.Text.Json.Serialization;

namespace Formae.Protocol.Http;

/// <summary>A synchronisation, while it runs and after it.</summary>
public sealed record SynchronizationProgress
{
    /// <summary>The id under which it writes versions; it is no command of the command API.</summary>
    public string CommandId { get; init; } = "";

    /// <summary><c>InProgress</c>, <c>Success</c> or <c>Failed</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>How many resources it looks at.</summary>
    public int Total { get; init; }

    /// <summary>How many of them it is done with.</summary>
    public int Done { get; init; }

    /// <summary>Changed outside: each has a new version.</summary>
    public int Changed { get; init; }

    /// <summary>Deleted outside: each has a tombstone.</summary>
    public int Gone { get; init; }

    /// <summary>Left alone, because a command works on them or has since the look.</summary>
    public int Skipped { get; init; }

    /// <summary>Could not be read, or not wholly.</summary>
    public int Failed { get; init; }
}

/// <summary>The answer to a reconcile that was asked for: a command, or in words why there is none.</summary>
public sealed record ReconcileAnswer
{
    [JsonPropertyName("command_id")]
    public string? CommandId { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }
}

/// <summary>The stacks whose time was over, and the commands that destroy them. A stack that was empty is removed without one.</summary>
public sealed record ExpiryAnswer
{
    [JsonPropertyName("expired_stacks")]
    public IReadOnlyList<string> ExpiredStacks { get; init; } = [];

    [JsonPropertyName("command_ids")]
    public IReadOnlyList<string>? CommandIds { get; init; }
}
