using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Queries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Observability;

/// <summary>Puts the gauges into an app whose metrics somebody wants.</summary>
public static class GaugeServices
{
    private const int UsualInterval = 60_000;

    /// <summary>Counts as often as metrics are exported: <c>OTEL_METRIC_EXPORT_INTERVAL</c>, in milliseconds.</summary>
    public static IServiceCollection AddFormaeGauges(this IServiceCollection services, IConfiguration configuration)
    {
        var interval = TimeSpan.FromMilliseconds(Math.Max(1000, configuration.GetValue("OTEL_METRIC_EXPORT_INTERVAL", UsualInterval)));
        services.AddSingleton(provider => new Gauges(
            provider.GetRequiredService<StatsQuery>(),
            provider.GetRequiredService<PluginCatalog>(),
            provider.GetRequiredService<RequestQueues>(),
            provider.GetRequiredService<TimeProvider>(),
            interval,
            provider.GetRequiredService<ILogger<Gauges>>()));
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Gauges>());
    }
}
