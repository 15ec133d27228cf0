using Formae.Engine.Rate;
using Formae.Model;

namespace Formae.Coordination.Catalog;

/// <summary>What the entity of a namespace remembers.</summary>
public sealed record RateState
{
    public NamespaceRate Rate { get; set; } = new();
}

/// <summary>To the entity of a namespace: when may so many operations start?</summary>
public sealed record TakeStarts
{
    /// <summary>As the caller spells it; the entity's key is in lower case.</summary>
    public required string Namespace { get; init; }

    public required int Count { get; init; }

    /// <summary>Since when the caller has been told that there is no plugin; null when it was not.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
}

/// <summary>The answer: start times for the first so many, and when to ask for the rest.</summary>
public sealed record StartGrant
{
    /// <summary>Ascending; null when all may start at once.</summary>
    public IReadOnlyList<DateTimeOffset>? Times { get; init; }

    /// <summary>When to ask for the rest; where all may start at once, until when nobody needs to ask.</summary>
    public required DateTimeOffset AskAgainAt { get; init; }

    /// <summary>Nobody serves the namespace: since when that has been waited for.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>What to tell people while it is waited for.</summary>
    public string? Waiting { get; init; }

    /// <summary>It has been waited for long enough.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>To the entity of a namespace: its cloud says that it gets too many calls.</summary>
public sealed record ThrottleNotice
{
    /// <summary>How long it wants to be left alone, where it says so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What it said.</summary>
    public string? Reason { get; init; }
}
