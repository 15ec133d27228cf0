using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>One operation of one command on one resource, as its entity knows it. What is written where stays in the update's row; this is only what decisions need.</summary>
public sealed record Operation
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update within its command.</summary>
    public required string UpdateRow { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>Of the plugin that carries it out.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The instance that hears of the outcome.</summary>
    public required string Announce { get; init; }

    /// <summary>Not to start before this time: the rate limit's grant.</summary>
    public DateTimeOffset StartAt { get; init; }

    public RetryRules Retry { get; init; } = new();

    /// <summary>W3C trace context of the operation. It decides nothing.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What a success is to say when the plugin says nothing.</summary>
    public string? Note { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<OperationKind>))]
public enum OperationKind
{
    Create,
    Update,
    Delete,
}

/// <summary>How long to wait and how often to try again. The defaults are those of the original.</summary>
public sealed record RetryRules
{
    private static readonly TimeSpan LongestThrottlingWait = TimeSpan.FromSeconds(30);

    /// <summary>Further attempts after the first; a recoverable failure is tried <c>MaxRetries + 2</c> times in all.</summary>
    public int MaxRetries { get; init; } = 9;

    /// <summary>Between attempts, and the base of the exponential wait after throttling.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two status polls; the first ones are shorter.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long one call of a handler may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How much longer than usual a report may be waited for while the plugin is heard of: what comes late is then most likely still in its queue.</summary>
    public TimeSpan Backlog { get; init; } = TimeSpan.FromMinutes(30);

    [JsonIgnore]
    public int MaxAttempts => MaxRetries + 1;

    /// <summary>How long to wait before the next attempt: longer each time when the cloud throttles, and never less than the plugin asks for.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="problem">Why.</param>
    public TimeSpan PauseAfter(int attempt, Problem problem)
    {
        var pause = problem.Code == ProblemCodes.Throttling ? ThrottledPauseAfter(attempt) : Delay;
        return problem.RetryAfter is { } asked && asked > pause ? asked : pause;
    }

    internal TimeSpan ThrottledPauseAfter(int attempt)
    {
        var pause = Delay * Math.Pow(2, Math.Min(attempt - 1, 10));
        return attempt > 1 && pause > LongestThrottlingWait ? LongestThrottlingWait : pause;
    }
}
