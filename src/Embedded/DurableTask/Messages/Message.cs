using Microsoft.DurableTask;

namespace Formae.Embedded.DurableTask.Messages;

/// <summary>What waits to be done, as one row of the hub: an event for an orchestration, a run of an activity or a request to an entity.</summary>
internal sealed class Message(long id, string target, MessageBody body, long due = 0)
{
    /// <summary>Never used twice in the life of a hub; 0 for what lives in memory only.</summary>
    public long Id { get; } = id;

    /// <summary>The instance or entity that gets it; for an activity the instance that called it.</summary>
    public string Target { get; } = target;

    public MessageBody Body { get; } = body;

    /// <summary>When it may be seen (UTC ticks); 0 for at once.</summary>
    public long Due { get; } = due;

    /// <summary>Its row is gone: whoever still holds it forgets it.</summary>
    public bool Withdrawn { get; set; }
}

internal abstract record MessageBody;

/// <summary>What can reach an orchestration.</summary>
internal abstract record InstanceEvent : MessageBody
{
    private InstanceEvent()
    {
    }

    /// <summary>Run the orchestrator from its beginning. Never stored: an instance that has not started says so itself.</summary>
    public sealed record Started(long Run) : InstanceEvent;

    /// <summary>An activity, sub-orchestration, entity call or lock that the orchestrator asked for ended well.</summary>
    public sealed record Succeeded(long Run, int TaskId, string? Result) : InstanceEvent;

    public sealed record Failed(long Run, int TaskId, TaskFailureDetails Failure) : InstanceEvent;

    public sealed record TimerFired(long Run, int TaskId) : InstanceEvent;

    /// <summary>An external event; <paramref name="Order"/> is the id of the message that brought it, and so its place among others.</summary>
    public sealed record Raised(long Order, string Name, string? Input) : InstanceEvent;

    public sealed record Suspended(string? Reason) : InstanceEvent;

    public sealed record Resumed(string? Reason) : InstanceEvent;

    public sealed record Terminated(string? Output, bool Recursive) : InstanceEvent;

    /// <summary>The orchestrator was touched from a foreign thread. Never stored: it concerns the code in memory.</summary>
    public sealed record Disturbed(long Run) : InstanceEvent;
}

internal sealed record ActivityRequest(long Run, int TaskId, string Name, string Version, string? Input) : MessageBody;

/// <summary>Who waits for an answer: a task of one run of an orchestration.</summary>
internal sealed record Caller(string InstanceId, long Run, int TaskId);

/// <summary>What can reach an entity.</summary>
internal abstract record EntityRequest : MessageBody
{
    private EntityRequest()
    {
    }

    /// <summary>A call, or a signal when nobody waits.</summary>
    public sealed record Operation(string Name, string? Input, Caller? Caller) : EntityRequest;

    /// <summary>Be locked, then ask the next of <paramref name="Entities"/>; the last one tells the caller.</summary>
    public sealed record Lock(Caller Caller, IReadOnlyList<string> Entities, int Position) : EntityRequest;

    public sealed record Unlock(string Holder) : EntityRequest;
}
