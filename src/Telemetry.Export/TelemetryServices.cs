using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(new Running(settings, service)));
        if (wanted.Logs)
            Providers.AddLog(services, settings, service);
        return wanted;
    }

    /// <summary>The first to start and the last to stop: what others do while they stop is still recorded.</summary>
    private sealed class Running(IConfiguration settings, string service) : IHostedService, IDisposable
    {
        private IDisposable? _export;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _export = TelemetryExport.Start(settings, service);
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
