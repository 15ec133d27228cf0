namespace Formae.Embedded.Host;

/// <summary>How soon and how often an app that ends unasked is started again.</summary>
internal sealed record RestartPolicy
{
    /// <summary>Default: 5.</summary>
    public int MaxRestarts { get; init; } = 5;

    /// <summary>The time in which so many restarts are allowed. Default: 10 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Default: 0.1 s; doubled with every further restart in the window.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Default: 30 s.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of a delay that is left to chance, so that apps that fell together do not start together. Default: 0.2.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <param name="ends">When the app has ended within the window, this time included.</param>
    /// <param name="chance">From 0 to 1.</param>
    /// <returns>The time to wait; null when the budget is used up.</returns>
    public TimeSpan? DelayAfter(int ends, double chance)
    {
        if (ends > MaxRestarts)
            return null;
        var delay = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, ends - 1), LongestDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (1 - Jitter + (2 * Jitter * chance)));
    }
}
