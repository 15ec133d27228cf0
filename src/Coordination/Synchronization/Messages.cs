using System.Text.Json.Serialization;
using Formae.Protocol.Http;

namespace Formae.Coordination.Synchronization;

/// <summary>To the orchestration of a synchronisation: begin, or go on where the history before ended.</summary>
public sealed record SynchronizeInput
{
    public required string CommandId { get; init; }

    /// <summary>The last resource that was looked at; null at the beginning.</summary>
    public ResourcePlace? After { get; init; }

    /// <summary>How many pages are done.</summary>
    public int Pages { get; init; }

    public required SynchronizationProgress Progress { get; init; }

    /// <summary>W3C trace context of the synchronisation.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>Where a live row is: tables hand out rows in this order.</summary>
public sealed record ResourcePlace(string Partition, string Row);

/// <summary>Resources to look at together.</summary>
public sealed record SynchronizePage
{
    public IReadOnlyList<SynchronizedResource> Resources { get; init; } = [];

    /// <summary>Rows of this page that are left alone, because a command works on their stack or nobody serves their type.</summary>
    public int Skipped { get; init; }

    /// <summary>The last row of the page; null when there was none left.</summary>
    public ResourcePlace? Last { get; init; }

    /// <summary>How long one read may take.</summary>
    public required TimeSpan CallTimeout { get; init; }
}

public sealed record SynchronizedResource(string Ksuid, string Namespace);

/// <summary>To a resource's entity: look at the cloud, unless you are at work.</summary>
public sealed record LookAtResource
{
    public required string CommandId { get; init; }

    /// <summary>The row under which a difference is recorded.</summary>
    public required string Row { get; init; }

    /// <summary>The orchestration that hears of it.</summary>
    public required string Announce { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset StartAt { get; init; }

    /// <summary>The version that the look was sent for: of another one the answer says nothing.</summary>
    public string? Version { get; init; }

    /// <summary>W3C trace context of the synchronisation.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>To the orchestration: this resource was looked at.</summary>
public sealed record ResourceSeen
{
    /// <summary>The event's name.</summary>
    public const string EventName = "seen";

    public required string CommandId { get; init; }

    public required string Ksuid { get; init; }

    public required Seen Result { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<Seen>))]
public enum Seen
{
    Same,
    Changed,
    Gone,
    Skipped,
    Failed,
}
