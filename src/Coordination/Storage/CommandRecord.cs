using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>A command as it is stored.</summary>
public sealed record CommandRecord
{
    public required string CommandId { get; init; }

    /// <summary><c>apply</c> or <c>destroy</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>reconcile</c> or <c>patch</c>.</summary>
    public required string Mode { get; init; }

    public bool Force { get; init; }

    public string Source { get; init; } = "user";

    public string ClientId { get; init; } = "";

    /// <summary>Who gave it, as the proof of identity says; null where none was asked for.</summary>
    public string? Subject { get; init; }

    /// <summary>The same for people.</summary>
    public string? SubjectName { get; init; }

    public Description? Description { get; init; }

    public required string State { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>How many groups of updates it was split into, each walked by an orchestration of its own.</summary>
    public int Groups { get; init; }

    /// <summary>How many resource updates it has.</summary>
    public int UpdateCount { get; init; }

    /// <summary>The stacks whose leases it holds.</summary>
    public IReadOnlyList<string> Stacks { get; init; } = [];

    /// <summary>Of commands that were stored before the updates of targets had rows of their own; empty otherwise.</summary>
    public IReadOnlyList<TargetUpdate> TargetUpdates { get; init; } = [];

    public IReadOnlyList<StackUpdate> StackUpdates { get; init; } = [];

    public IReadOnlyList<PolicyUpdate> PolicyUpdates { get; init; } = [];

    /// <summary>When its stacks and policies had been written; null as long as they have not.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>Why it failed as a whole, when it was not one of its updates that failed.</summary>
    public string? Error { get; init; }

    /// <summary>W3C trace context of the command, which everything that is done for it belongs to; null where nobody records.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The version of the engine that planned it; its own loop walks it to the end. 2: targets are nodes of the walk.</summary>
    public string EngineVersion { get; init; } = "3";
}

/// <summary>What a command is, without what it does.</summary>
public sealed record CommandHeader(string CommandId, string Kind, string State, string Source, string ClientId, IReadOnlyList<string> Stacks);

/// <summary>How a command stands as a whole.</summary>
public sealed record CommandStanding(string CommandId, string Kind, string Mode, string Source, string State, string? Error, DateTimeOffset? StartedAt, DateTimeOffset? ModifiedAt)
{
    /// <summary>Who gave it, as he calls himself.</summary>
    public string? ClientId { get; init; }

    /// <summary>W3C trace context of the command; null where nobody records.</summary>
    public string? TraceParent { get; init; }

    /// <summary>How many resources it changes.</summary>
    public int UpdateCount { get; init; }

    /// <summary>Who gave it, where an identity was asked for.</summary>
    public string? Subject { get; init; }

    /// <summary>The same for people.</summary>
    public string? SubjectName { get; init; }
}
