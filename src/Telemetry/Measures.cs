using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Formae.Telemetry;

/// <summary>The one meter of Formae's metrics. Their attributes have few values: kinds, states, codes, namespaces and types; never labels and ids.</summary>
public static class Measures
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Formae";

    /// <summary>The meter; instruments of a room stand in the room.</summary>
    public static Meter Meter { get; } = new(MeterName, typeof(Measures).Assembly.GetName().Version?.ToString(3));

    /// <summary>Bounds for what takes milliseconds to minutes, in seconds.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] };

    /// <summary>A histogram of times, in seconds.</summary>
    public static Histogram<double> Times(string name, string description) => Meter.CreateHistogram(name, "s", description, advice: Seconds);

    /// <summary>When something that is measured began; 0 where nobody listens.</summary>
    public static long Begin(Instrument instrument) => instrument.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Records the time since <paramref name="begun"/>; nothing when that is 0.</summary>
    public static void RecordSince(this Histogram<double> histogram, long begun, in TagList tags)
    {
        if (begun != 0)
            histogram.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, tags);
    }
}
