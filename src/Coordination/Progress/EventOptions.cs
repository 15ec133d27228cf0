using System.ComponentModel.DataAnnotations;

namespace Formae.Coordination.Progress;

/// <summary>How the progress of commands is told to those who follow it, section <c>Formae:Events</c>.</summary>
public sealed class EventOptions
{
    public const string Section = "Formae:Events";

    /// <summary>
    /// How often the rows of a command that somebody follows are looked at, in milliseconds; what this process writes itself is told at once. Default 1000, from 100 to 60000.
    /// </summary>
    [Range(100, 60_000)]
    public int IntervalMilliseconds { get; set; } = 1000;

    /// <summary>How long nothing may be sent before a comment is, in seconds, so that nobody takes the connection for dead. Default 15, from 1 to 60.</summary>
    [Range(1, 60)]
    public int KeepAliveSeconds { get; set; } = 15;

    /// <summary>
    /// After this many seconds a stream ends, and whoever follows connects again: platforms cut connections (Azure's load balancer after 230 seconds) or stop the whole
    /// app when a function takes too long. Default 200, from 1 to 3600.
    /// </summary>
    [Range(1, 3600)]
    public int LongestSeconds { get; set; } = 200;

    public TimeSpan Interval => TimeSpan.FromMilliseconds(IntervalMilliseconds);

    public TimeSpan KeepAlive => TimeSpan.FromSeconds(KeepAliveSeconds);

    public TimeSpan Longest => TimeSpan.FromSeconds(LongestSeconds);
}
