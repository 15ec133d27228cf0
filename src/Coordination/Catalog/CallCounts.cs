namespace Formae.Coordination.Catalog;

/// <summary>Calls of a plugin that have ended, in windows of five minutes: this one and the one before.</summary>
public sealed record CallCounts
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>When this window began.</summary>
    public DateTimeOffset Since { get; init; }

    public long Calls { get; init; }

    public long Failures { get; init; }

    public long CallsBefore { get; init; }

    public long FailuresBefore { get; init; }

    public DateTimeOffset? LastSuccess { get; init; }

    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>The code of the last failure.</summary>
    public string? LastProblem { get; init; }

    /// <summary>One more call.</summary>
    /// <param name="failure">The code of its problem; null when it succeeded.</param>
    /// <param name="at">When it was heard of.</param>
    public CallCounts Add(string? failure, DateTimeOffset at) => Add(new CallCounts
    {
        Since = at,
        Calls = 1,
        Failures = failure is null ? 0 : 1,
        LastSuccess = failure is null ? at : null,
        LastFailure = failure is null ? null : at,
        LastProblem = failure,
    });

    /// <summary>Counts of before and after, together.</summary>
    public CallCounts Add(CallCounts later)
    {
        if (later.Calls + later.CallsBefore == 0)
            return this;
        var (since, calls, failures, callsBefore, failuresBefore) = later.Since < Since + Window
            ? (Since, Calls, Failures, CallsBefore, FailuresBefore)
            : later.Since < Since + Window + Window ? (later.Since, 0, 0, Calls, Failures) : (later.Since, 0, 0, 0, 0);
        return new CallCounts
        {
            Since = since,
            Calls = calls + later.Calls,
            Failures = failures + later.Failures,
            CallsBefore = callsBefore + later.CallsBefore,
            FailuresBefore = failuresBefore + later.FailuresBefore,
            LastSuccess = Latest(LastSuccess, later.LastSuccess),
            LastFailure = Latest(LastFailure, later.LastFailure),
            LastProblem = later.LastFailure is not null && later.LastFailure >= (LastFailure ?? default) ? later.LastProblem : LastProblem,
        };
    }

    /// <summary>The share of calls of the last five to ten minutes that failed; null when there were none.</summary>
    public double? ErrorRateAt(DateTimeOffset now)
    {
        var (calls, failures) = now < Since + Window + Window ? (Calls, Failures) : (0, 0);
        if (now < Since + Window)
            (calls, failures) = (calls + CallsBefore, failures + FailuresBefore);
        return calls == 0 ? null : (double)failures / calls;
    }

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;
}
