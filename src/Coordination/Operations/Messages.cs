using System.Text.Json;
using Formae.Engine.Commands;
using Formae.Engine.Operations;

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
}

/// <summary>To a changeset's orchestration: this node has ended.</summary>
public sealed record NodeFinished
{
    /// <summary>The event's name.</summary>
    public const string EventName = "finished";

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }

    public required Outcome Outcome { get; init; }
}

/// <summary>To a reference's entity: this consumer needs your values.</summary>
public sealed record AskReference
{
    public required string CommandId { get; init; }

    public required string Producer { get; init; }

    /// <summary>The entity to be answered: a resource's, or that of another reference.</summary>
    public required string Consumer { get; init; }
}

/// <summary>To the entity that asked: the values it asked for, or why there are none.</summary>
public sealed record ReferenceAnswer
{
    public required string CommandId { get; init; }

    public required string Producer { get; init; }

    /// <summary>The producer as the plugin reported it; secrets are sealed.</summary>
    public JsonElement? Properties { get; init; }

    public string? Reason { get; init; }
}

/// <summary>What a changeset's orchestration works on.</summary>
public sealed record Changeset
{
    public required ChangesetGraph Graph { get; init; }

    /// <summary>Calls a second by namespace, where there is a limit.</summary>
    public IReadOnlyDictionary<string, double> Limits { get; init; } = new Dictionary<string, double>();
}

/// <summary>To the activity that carries out a target update which is a node of a group.</summary>
public sealed record ExecuteTarget
{
    public required string CommandId { get; init; }

    public required string Row { get; init; }
}
