namespace Formae.Engine.Rate;

/// <summary>
/// How the calls of a namespace are slowed down when its cloud says that there are too many: halved at once, and raised again step by step while nobody complains.
/// </summary>
/// <param name="Lowered">Calls a second since <paramref name="LoweredAt"/>; 0 as long as nobody has complained.</param>
/// <param name="LoweredAt">When they were lowered last.</param>
/// <param name="Reason">What the cloud said then.</param>
public readonly record struct BackOff(double Lowered, DateTimeOffset LoweredAt, string? Reason)
{
    /// <summary>What a namespace without a limit starts from when it is throttled. Back there, it has none again.</summary>
    public const double Assumed = 20;

    /// <summary>Nothing gets slower than one call in two seconds.</summary>
    public const double Slowest = 0.5;

    /// <summary>Complaints about calls that were under way already when the first one came say nothing new.</summary>
    public static readonly TimeSpan Once = TimeSpan.FromSeconds(5);

    /// <summary>How long each step up takes.</summary>
    public static readonly TimeSpan StepTime = TimeSpan.FromSeconds(10);

    /// <summary>Steps from nothing to the full rate.</summary>
    private const double Steps = 10;

    /// <summary>Calls a second; 0 is no limit.</summary>
    /// <param name="limit">What the plugin or its settings ask for; 0 is no limit.</param>
    /// <param name="now">The present.</param>
    public double CurrentAt(double limit, DateTimeOffset now)
    {
        if (Lowered <= 0)
            return limit;
        var full = Full(limit);
        var steps = now > LoweredAt ? (now - LoweredAt).Ticks / StepTime.Ticks : 0;
        var raised = Lowered + (steps * full / Steps);
        return raised < full ? raised : limit;
    }

    /// <summary>Whether it makes calls slower than the limit alone.</summary>
    public bool IsFeltAt(double limit, DateTimeOffset now) => Lowered > 0 && CurrentAt(limit, now) is > 0 and var current && current < Full(limit);

    /// <summary>The cloud complains.</summary>
    /// <param name="limit">As above.</param>
    /// <param name="at">When it did; within a short time of the last time this changes nothing.</param>
    /// <param name="reason">What it said.</param>
    public BackOff Throttled(double limit, DateTimeOffset at, string? reason)
    {
        if (Lowered > 0 && at < LoweredAt + Once)
            return this;
        var current = CurrentAt(limit, at) is > 0 and var limited ? limited : Assumed;
        return new BackOff(Math.Max(current / 2, Math.Min(Slowest, current)), at, reason);
    }

    private static double Full(double limit) => limit > 0 ? limit : Assumed;
}
