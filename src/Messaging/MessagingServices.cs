using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Messaging;

/// <summary>Puts the room together.</summary>
public static class MessagingServices
{
    /// <summary>Adds keys, writer, reader and payloads, as the settings say.</summary>
    public static IServiceCollection AddFormaeMessaging(this IServiceCollection services, IConfiguration settings)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => MessageKeys.From(settings, provider.GetRequiredService<ILogger<MessageKeys>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(_ => PayloadSettings.Open(settings));
        services.TryAddSingleton<MessagingMetrics>();
        services.TryAddSingleton<MessageWriter>();
        services.TryAddSingleton<MessageReader>();
        services.AddSingleton<IHostedService, KeyInspection>();
        return services;
    }
}
