using Microsoft.Extensions.Configuration;

namespace Formae.Telemetry.Export;

/// <summary>What of the settings says whether and where to anything is exported. The variables are OpenTelemetry's own; nothing is exported unless one of them names a place.</summary>
public sealed class TelemetrySettings
{
    /// <summary>Setting: the file that spans are added to. Default: none.</summary>
    public const string FileSetting = "FormaeTraceFile";

    /// <summary>Setting: names of further activity sources to record, with commas between. Default: none.</summary>
    public const string SourcesSetting = "FormaeTraceSources";

    /// <summary>Setting: names of further meters to export, with commas between. Default: none.</summary>
    public const string MetersSetting = "FormaeMeters";

    private readonly IConfiguration _settings;

    public TelemetrySettings(IConfiguration settings)
    {
        _settings = settings;
        if (string.Equals(settings["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
            return;
        File = settings[FileSetting] is { Length: > 0 } file ? file : null;
        Traces = IsSent("TRACES");
        Metrics = IsSent("METRICS");
        Logs = IsSent("LOGS");
    }

    /// <summary>The file that spans are added to.</summary>
    public string? File { get; }

    /// <summary>Spans go to a collector.</summary>
    public bool Traces { get; }

    /// <summary>Metrics go to a collector.</summary>
    public bool Metrics { get; }

    /// <summary>The log goes to a collector.</summary>
    public bool Logs { get; }

    /// <summary>Sources beside Formae's own.</summary>
    public IReadOnlyList<string> Sources => Names(SourcesSetting);

    /// <summary>Meters beside Formae's own.</summary>
    public IReadOnlyList<string> Meters => Names(MetersSetting);

    /// <summary>Whether anything is exported at all.</summary>
    public bool IsOn => File is not null || Traces || Metrics || Logs;

    private string[] Names(string setting) => _settings[setting]?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private bool IsSent(string signal) =>
        !string.Equals(_settings[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && (_settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } || _settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 });
}
