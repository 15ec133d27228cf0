using Microsoft.Extensions.Configuration;

namespace Formae.Telemetry.Export;

/// <summary>Exports what a process records, for as long as it runs. Nothing here names a type of OpenTelemetry: where nothing is exported, its libraries are not even loaded.</summary>
public static class TelemetryExport
{
    /// <summary>Begins to export, or answers null where no setting names a place. Disposing of the answer sends what is left.</summary>
    /// <param name="settings">Read for the standard variables (<c>OTEL_…</c>) and those of <see cref="TelemetrySettings"/>.</param>
    /// <param name="service">The name of the service, unless <c>OTEL_SERVICE_NAME</c> gives another.</param>
    /// <param name="sources">Further activity sources that this process wants recorded.</param>
    public static IDisposable? Start(IConfiguration settings, string service, params IReadOnlyList<string> sources)
    {
        var wanted = new TelemetrySettings(settings);
        return wanted.IsOn ? Providers.Start(wanted, settings, service, sources) : null;
    }
}
