using System.Text.Json.Serialization;

namespace Formae.Protocol.Http;

/// <summary>The data of a 409 <c>ConflictingCommands</c>: who works on the same stack.</summary>
public sealed record ConflictingCommandList
{
    public IReadOnlyList<ConflictingCommand> ConflictingCommands { get; init; } = [];
}

/// <summary>A command as <see cref="Command"/> names it, without what it does: <c>GET /commands/{id}/status</c> shows that.</summary>
public sealed record ConflictingCommand
{
    public string CommandId { get; init; } = "";

    [JsonPropertyName("Command")]
    public string Kind { get; init; } = "";

    public string? Mode { get; init; }

    public string? Source { get; init; }

    public string? Subject { get; init; }

    public string? SubjectName { get; init; }

    public string State { get; init; } = "";

    public DateTimeOffset? StartTs { get; init; }

    /// <summary>How many resources it changes.</summary>
    public int UpdateCount { get; init; }
}
