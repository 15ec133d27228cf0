using Formae.Telemetry.Export.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Formae.Telemetry.Export;

/// <summary>OpenTelemetry's own part: what listens to the sources and meters of this process, and sends it on.</summary>
internal sealed class Providers : IDisposable
{
    // What a worker of the real host records of an invocation, and the embedded one of an HTTP request.
    private const string InvocationSource = "Microsoft.Azure.Functions.Worker";

    // A burst of a large command must not be dropped: the file is quick.
    private const int FileQueue = 1 << 16;
    private const int FileBatch = 4096;
    private const int FileDelayMilliseconds = 200;

    private readonly TracerProvider? _tracing;
    private readonly MeterProvider? _metering;

    private Providers(TracerProvider? tracing, MeterProvider? metering) => (_tracing, _metering) = (tracing, metering);

    public static Providers Start(TelemetrySettings wanted, IConfiguration settings, string service, IReadOnlyList<string> sources)
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
            .AddMeter([Measures.MeterName, $"{Measures.MeterName}.*", "System.Runtime", .. wanted.Meters])
            .AddOtlpExporter()
            .Build();
        return new Providers(tracing, metering);
    }

    public static void AddLog(IServiceCollection services, IConfiguration settings, string service) => services.AddLogging(logging => logging.AddOpenTelemetry(log =>
    {
        log.IncludeScopes = true;
        log.IncludeFormattedMessage = true;
        log.SetResourceBuilder(Describe(ResourceBuilder.CreateDefault(), settings, service));
        log.AddOtlpExporter();
    }));

    public void Dispose()
    {
        _tracing?.Dispose();
        _metering?.Dispose();
    }

    private static ResourceBuilder Describe(ResourceBuilder resource, IConfiguration settings, string service) => resource
        .AddEnvironmentVariableDetector()
        .AddService(settings["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : service, serviceVersion: typeof(Providers).Assembly.GetName().Version?.ToString(3))
        .AddAttributes([new("process.pid", (long)Environment.ProcessId)]);
}
