namespace Formae.Engine.Rate;

/// <summary>
/// Hands out start times under a limit of calls a second (the generic cell rate algorithm): callers are told when to start instead of being sent away to poll.
/// </summary>
/// <param name="TheoreticalArrival">When the bucket would be empty again.</param>
public readonly record struct Gcra(DateTimeOffset TheoreticalArrival)
{
    /// <param name="count">How many starts are asked for.</param>
    /// <param name="perSecond">The limit; 0 or less is no limit.</param>
    /// <param name="now">The time of asking.</param>
    /// <param name="burst">How many may start at once after a quiet time; by default one second's worth.</param>
    /// <returns>The next state, and for each start its time: ascending, never before <paramref name="now"/>.</returns>
    public (Gcra Next, DateTimeOffset[] Starts) Take(int count, double perSecond, DateTimeOffset now, int? burst = null)
    {
        var starts = new DateTimeOffset[count];
        if (perSecond <= 0)
        {
            Array.Fill(starts, now);
            return (this, starts);
        }

        var interval = TimeSpan.FromTicks(Math.Max(1, (long)(TimeSpan.TicksPerSecond / perSecond)));
        var tolerance = interval * Math.Max(0, (burst ?? Math.Max(1, (int)perSecond)) - 1);
        var arrival = TheoreticalArrival > now ? TheoreticalArrival : now;
        for (var i = 0; i < count; i++)
        {
            var earliest = arrival - tolerance;
            starts[i] = earliest > now ? earliest : now;
            arrival += interval;
        }

        return (new Gcra(arrival), starts);
    }
}
