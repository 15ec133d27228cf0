using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Coordination.Commands;
using Formae.Engine.Commands;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Operations;

/// <summary>To a resource's entity: carry this update out. Said again while it runs, it asks whether the update is overdue, or done and not heard of.</summary>
public sealed record BeginOperation
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }

    /// <summary>The orchestration that hears of the outcome.</summary>
    public required string Announce { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset StartAt { get; init; }

    /// <summary>W3C trace context of the group that it is in; null where nobody records.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>To a resource's entity: the command was canceled by force and its rows are settled; nobody waits for this update any more.</summary>
public sealed record CancelOperation
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }
}

/// <summary>From a resource's entity to itself: nobody else looks after an update that was abandoned.</summary>
public sealed record RemindOperation
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }
}

/// <summary>From a resource's entity to itself: a message whose sending did not get through is to be sent again, under the same name.</summary>
public sealed record ResendOperation
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }

    public required OperationEffect.Send Send { get; init; }

    /// <summary>When it was tried last.</summary>
    public required DateTimeOffset TriedAt { get; init; }
}

/// <summary>From an entity to itself: a report that it could not make use of yet.</summary>
public sealed record KeptReport
{
    public required OperationReport Report { get; init; }

    /// <summary>When it was tried first.</summary>
    public required DateTimeOffset Since { get; init; }
}

/// <summary>
/// To a changeset's orchestration: something happened to a node, or to the whole walk. There is one name for all of it, so that the walk waits in one place only.
/// One of <see cref="Outcome"/>, <see cref="Attempt"/> and <see cref="IsCancel"/> is said; none by what only wakes the walk up.
/// </summary>
public sealed record WalkEvent
{
    /// <summary>The event's name.</summary>
    public const string EventName = "walk";

    /// <summary>Row of the update; empty where the whole walk is meant.</summary>
    public string Row { get; set; } = "";

    /// <summary>The node has ended.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The node goes on: how often it was tried, and what was said.</summary>
    public NodeAttempt? Attempt { get; init; }

    /// <summary>Somebody canceled the command: nothing new starts.</summary>
    public bool IsCancel { get; init; }

    /// <summary>With <see cref="IsCancel"/>: by force. The command is over, and the walk ends at once.</summary>
    public bool IsForced { get; init; }

    [JsonIgnore]
    public bool SaysNothing => Outcome is null && Attempt is null && !IsCancel;
}

/// <summary>How an operation that has not ended stands.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="MaxAttempts">Of its retry rules.</param>
/// <param name="Message">What the attempt before failed with, or what the plugin says of its progress.</param>
/// <param name="At">When.</param>
public sealed record NodeAttempt(int Attempt, int MaxAttempts, string? Message, DateTimeOffset At)
{
    /// <summary>What the attempt before failed with; null leaves what was said of one before.</summary>
    public string? Error { get; init; }
}

/// <summary>To a reference's entity: this consumer needs your values.</summary>
public sealed record AskReference
{
    public required string CommandId { get; init; }

    public required string Producer { get; init; }

    /// <summary>The entity to be answered: a resource's, or that of another reference.</summary>
    public required string Consumer { get; init; }

    /// <summary>W3C trace context of the consumer's operation.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>To the entity that asked: the values it asked for, or why there are none.</summary>
public sealed record ReferenceAnswer
{
    public required string CommandId { get; init; }

    public required string Producer { get; init; }

    /// <summary>The producer as the plugin reported it; secrets are sealed.</summary>
    public JsonElement? Properties { get; init; }

    /// <summary>Where <see cref="Properties"/> were left, which are too large to be said.</summary>
    public PayloadClaim? Claim { get; init; }

    public string? Reason { get; init; }

    public bool IsThere => Properties is not null || Claim is not null;
}

/// <summary>What a changeset's orchestration works on.</summary>
public sealed record Changeset
{
    public required ChangesetGraph Graph { get; init; }

    /// <summary>W3C trace context of the group.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether the command was canceled by then.</summary>
    public CancelMark Cancel { get; init; }
}

/// <summary>To the activity that carries out a target update which is a node of a group.</summary>
public sealed record ExecuteTarget
{
    public required string CommandId { get; init; }

    public required string Row { get; init; }

    /// <summary>W3C trace context of the group that it is in.</summary>
    public string? TraceParent { get; init; }
}
