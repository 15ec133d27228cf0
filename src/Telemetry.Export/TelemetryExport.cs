using Formae.Telemetry.Export.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Formae.Telemetry.Export;

/// <summary>What a process exports while it runs. Disposing of it sends what is left.</summary>
public sealed class TelemetryExport : IDisposable
{
    // What a worker of the real host records of an invocation, and the embedded one of an HTTP request.
    private const string InvocationSource = "Microsoft.Azure.Functions.Worker";

    // A burst of a large command must not be dropped: the file is quick.
    private const int FileQueue = 1 << 16;
    private const int FileBatch = 4096;
    private const int FileDelayMilliseconds = 200;

    private readonly TracerProvider? _tracing;
    private readonly MeterProvider? _metering;

    private TelemetryExport(TracerProvider? tracing, MeterProvider? metering) => (_tracing, _metering) = (tracing, metering);

    /// <summary>Begins to export, or answers null where no setting names a place: then nothing of OpenTelemetry is even loaded.</summary>
    /// <param name="settings">Read for the standard variables (<c>OTEL_…</c>) and those of <see cref="TelemetrySettings"/>.</param>
    /// <param name="service">The name of the service, unless <c>OTEL_SERVICE_NAME</c> gives another.</param>
    /// <param name="sources">Further activity sources that this process wants recorded.</param>
    public static TelemetryExport? Start(IConfiguration settings, string service, params IEnumerable<string> sources)
    {
        var wanted = new TelemetrySettings(settings);
        return wanted.IsOn ? Start(wanted, settings, service, sources) : null;
    }

    public void Dispose()
    {
        _tracing?.Dispose();
        _metering?.Dispose();
    }

    internal static ResourceBuilder Describe(ResourceBuilder resource, IConfiguration settings, string service) => resource
        .AddEnvironmentVariableDetector()
        .AddService(settings["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : service, serviceVersion: Version())
        .AddAttributes([new("process.pid", (long)Environment.ProcessId)]);

    private static TelemetryExport Start(TelemetrySettings wanted, IConfiguration settings, string service, IEnumerable<string> sources)
    {
        TracerProvider? tracing = null;
        if (wanted.Traces || wanted.File is not null)
        {
            var builder = OpenTelemetry.Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(settings))
                .ConfigureResource(resource => Describe(resource, settings, service))
                .AddSource([Spans.SourceName, InvocationSource, .. sources, .. wanted.Sources]);
            if (wanted.Traces)
                builder.AddOtlpExporter();
            if (wanted.File is { } file)
                builder.AddProcessor(new BatchActivityExportProcessor(new SpanFileExporter(new SpanFile(file)), FileQueue, FileDelayMilliseconds, exporterTimeoutMilliseconds: 30_000, FileBatch));
            tracing = builder.Build();
        }

        var metering = !wanted.Metrics ? null : OpenTelemetry.Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(settings))
            .ConfigureResource(resource => Describe(resource, settings, service))
            .AddMeter(Measures.MeterName, $"{Measures.MeterName}.*", "System.Runtime")
            .AddOtlpExporter()
            .Build();
        return new TelemetryExport(tracing, metering);
    }

    private static string? Version() => typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
}
