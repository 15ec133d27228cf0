using System.Diagnostics.Metrics;

namespace Formae.Telemetry;

/// <summary>The one meter of Formae's metrics. Their attributes have few values: kinds, states, codes, namespaces and types; never labels and ids.</summary>
public static class Measures
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Formae";

    /// <summary>The meter; instruments of a room stand in the room.</summary>
    public static Meter Meter { get; } = new(MeterName, typeof(Measures).Assembly.GetName().Version?.ToString(3));
}
