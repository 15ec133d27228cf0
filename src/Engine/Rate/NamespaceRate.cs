namespace Formae.Engine.Rate;

/// <summary>When the next operations of a namespace may start. The limit and the time come with each question, so a changed limit holds for the next start.</summary>
public sealed record NamespaceRate
{
    /// <summary>How far ahead times are handed out. Who would start later asks again: by then the limit may be another one, or the command canceled.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromSeconds(10);

    /// <summary>How long nobody needs to ask again where there is no limit.</summary>
    public static readonly TimeSpan FreeFor = TimeSpan.FromSeconds(5);

    /// <summary>A cloud that asks to be left alone for longer is tried again after this time.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How far ahead the first of more than a second's worth is put, so that each message is on its queue before its time: what is late goes out with those that are due,
    /// and would make too many of them. Fewer cannot be too many, and do not wait.
    /// </summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>When the next one may start.</summary>
    public DateTimeOffset Next { get; init; }

    public BackOff BackOff { get; init; }

    /// <param name="count">How many are asked for.</param>
    /// <param name="limit">Calls a second; 0 is no limit.</param>
    /// <param name="now">The present.</param>
    public (NamespaceRate Rate, Starts Starts) Take(int count, double limit, DateTimeOffset now)
    {
        var perSecond = BackOff.CurrentAt(limit, now);
        if (perSecond <= 0)
            return (this, new Starts(null, now + FreeFor));
        var from = count > perSecond ? now + Lead : now;
        var (next, times) = new Gcra(Next).Take(count, perSecond, from, now + Horizon);

        // With half of what was handed out still ahead nobody runs dry.
        var again = (next.Next > now ? next.Next : now) - (Horizon / 2);
        return (this with { Next = next.Next }, new Starts(times, again > now + ShortestWait ? again : now + ShortestWait));
    }

    /// <summary>The cloud has said that it gets too many calls.</summary>
    /// <param name="limit">Calls a second; 0 is no limit.</param>
    /// <param name="at">When it said so.</param>
    /// <param name="retryAfter">How long it wants to be left alone; null when it does not say.</param>
    /// <param name="reason">Its words.</param>
    public NamespaceRate Throttled(double limit, DateTimeOffset at, TimeSpan? retryAfter, string? reason)
    {
        var pause = retryAfter is { Ticks: > 0 } asked ? asked : TimeSpan.Zero;
        var resume = at + (pause < LongestPause ? pause : LongestPause);
        return this with { BackOff = BackOff.Throttled(limit, at, reason), Next = resume > Next ? resume : Next };
    }
}

/// <summary>An answer: the times for the first so many of those that were asked for.</summary>
/// <param name="Times">Ascending; null when all may start at once.</param>
/// <param name="AskAgainAt">When to ask for the rest; where all may start at once, until when nobody needs to ask.</param>
public readonly record struct Starts(IReadOnlyList<DateTimeOffset>? Times, DateTimeOffset AskAgainAt);
