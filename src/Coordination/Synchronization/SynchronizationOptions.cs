using System.ComponentModel.DataAnnotations;

namespace Formae.Coordination.Synchronization;

/// <summary>How often the world is looked at, section <c>Formae:Synchronization</c>.</summary>
public sealed class SynchronizationOptions
{
    public const string Section = "Formae:Synchronization";

    /// <summary>Minutes between two synchronisations. Default 0: only when one is asked for, so that what nobody uses costs nothing. From 0 to 1440.</summary>
    [Range(0, 1440)]
    public int IntervalMinutes { get; set; }

    /// <summary>Resources that are looked at together. Default 200, from 1 to 1000.</summary>
    [Range(1, 1000)]
    public int PageSize { get; set; } = 200;
}
