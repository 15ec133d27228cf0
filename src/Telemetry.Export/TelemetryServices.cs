using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace Formae.Telemetry.Export;

/// <summary>Puts the export into an app.</summary>
public static class TelemetryServices
{
    /// <summary>Exports spans, metrics and the log for as long as the app runs, where a setting says where to. Without one nothing is added.</summary>
    /// <returns>What is exported.</returns>
    public static TelemetrySettings AddFormaeTelemetry(this IServiceCollection services, IConfiguration settings, string service)
    {
        var wanted = new TelemetrySettings(settings);
        if (!wanted.IsOn)
            return wanted;
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(new Running(() => TelemetryExport.Start(settings, service))));
        if (wanted.Logs)
            AddLog(services, settings, service);
        return wanted;
    }

    private static void AddLog(IServiceCollection services, IConfiguration settings, string service) => services.AddLogging(logging => logging.AddOpenTelemetry(log =>
    {
        log.IncludeScopes = true;
        log.IncludeFormattedMessage = true;
        log.SetResourceBuilder(TelemetryExport.Describe(ResourceBuilder.CreateDefault(), settings, service));
        log.AddOtlpExporter();
    }));

    /// <summary>The first to start and the last to stop: what others do while they stop is still recorded.</summary>
    private sealed class Running(Func<TelemetryExport?> start) : IHostedService, IDisposable
    {
        private TelemetryExport? _export;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _export = start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Dispose();
            return Task.CompletedTask;
        }

        public void Dispose() => Interlocked.Exchange(ref _export, null)?.Dispose();
    }
}
