namespace Formae.Embedded.Host;

internal sealed record SupervisorOptions
{
    public RestartPolicy Restarts { get; init; } = new();

    /// <summary>How long an app may take until it serves. Default: 60 s.</summary>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an app may take to end after it was asked to. Default: 12 s, which is a little more than a function app's drain.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Of delays and windows of restarts, and of how long a start may take.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>From 0 to 1, for the jitter.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;
}
