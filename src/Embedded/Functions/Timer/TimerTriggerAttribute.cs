using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Calls the function by the clock (UTC), never twice at the same time.</summary>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>Six-field NCRONTAB (second minute hour day month weekday), a time span, or %Setting% with one of them.</summary>
    public string Schedule { get; } = schedule;

    /// <summary>Default: false.</summary>
    public bool RunOnStartup { get; set; }

    /// <summary>Kept for source compatibility: the embedded host remembers no schedule over a restart. Default: true.</summary>
    public bool UseMonitor { get; set; } = true;
}

public class TimerInfo
{
    public TimerInfo()
    {
    }

    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>The call comes later than it was due.</summary>
    public bool IsPastDue { get; set; }
}

public class ScheduleStatus
{
    public ScheduleStatus()
    {
    }

    public DateTime Last { get; set; }

    public DateTime Next { get; set; }

    public DateTime LastUpdated { get; set; }
}
