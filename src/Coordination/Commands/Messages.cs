using System.Text.Json.Serialization;
using Formae.Coordination.Storage;

namespace Formae.Coordination.Commands;

/// <summary>To a changeset's orchestration: walk this group of this command.</summary>
public sealed record WalkGroup
{
    public required string CommandId { get; init; }

    public required int Group { get; init; }

    /// <summary>Where the walk stands, when it goes on with a new history.</summary>
    public string? Saved { get; init; }

    /// <summary>W3C trace context of the group, once it is open.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Namespaces that nobody serves, and since when the walk has waited for that.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? WaitingSince { get; init; }

    /// <summary>When the walk is to look for what is overdue, however often its history begins anew until then; null for the first history.</summary>
    public DateTime? LookAt { get; init; }

    /// <summary>Where the next look at what is overdue begins.</summary>
    public int LookFrom { get; init; }

    /// <summary>The id of the orchestration that walks a group.</summary>
    public static string InstanceOf(string commandId, int group) => $"{commandId}-{group}";
}

/// <summary>To the closing activity. <see cref="Error"/> is set when the walk itself broke.</summary>
public sealed record CloseCommand
{
    public required string CommandId { get; init; }

    public string? Error { get; init; }
}

/// <summary>Changes of update rows, to be written together.</summary>
public sealed record ProgressBatch
{
    public required string CommandId { get; init; }

    public required IReadOnlyList<ProgressChange> Changes { get; init; }
}

public sealed record ProgressChange
{
    public required string Row { get; init; }

    public required UpdateProgress Progress { get; init; }
}

/// <summary>What a command's row says to the walks of its groups.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CancelMark>))]
public enum CancelMark
{
    /// <summary>Go on.</summary>
    None,

    /// <summary>Start nothing new; what runs ends.</summary>
    Graceful,

    /// <summary>The command is over: it was canceled by force.</summary>
    Forced,
}
