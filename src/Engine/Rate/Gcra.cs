namespace Formae.Engine.Rate;

/// <summary>
/// Hands out start times under a limit of calls a second (the generic cell rate algorithm without bursts): callers are told when to start instead of being sent away to poll.
/// Within any second no more start than the limit says, whoever asks.
/// </summary>
/// <param name="Next">When the next one may start; the past is now.</param>
public readonly record struct Gcra(DateTimeOffset Next)
{
    /// <param name="count">How many starts are asked for.</param>
    /// <param name="perSecond">The limit, more than 0.</param>
    /// <param name="now">The time of asking.</param>
    /// <param name="until">No start after this time is handed out: who asks for more asks again.</param>
    /// <returns>The next state, and for each start its time: ascending, never before <paramref name="now"/>, and as many as begin in time.</returns>
    public (Gcra Next, DateTimeOffset[] Starts) Take(int count, double perSecond, DateTimeOffset now, DateTimeOffset until)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        var interval = IntervalOf(perSecond);
        var first = Next > now ? Next : now;
        var available = first > until ? 0 : 1 + ((until - first).Ticks / interval.Ticks);
        var starts = new DateTimeOffset[Math.Min(count, available)];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = first + (interval * i);
        return starts.Length == 0 ? (this, starts) : (new Gcra(starts[^1] + interval), starts);
    }

    // Rounded up: a second's worth of calls never begins a tick early.
    private static TimeSpan IntervalOf(double perSecond) => TimeSpan.FromTicks((long)Math.Ceiling(TimeSpan.TicksPerSecond / perSecond));
}
