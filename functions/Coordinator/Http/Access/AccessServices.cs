using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Formae.Coordinator.Http.Access;

internal static class AccessServices
{
    public static IServiceCollection AddAccessControl(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration.GetSection(AccessOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsCheck>();
        services.AddSingleton(provider => new AccessGate(
            provider.GetRequiredService<IOptions<AccessOptions>>(), new HttpClient { Timeout = TimeSpan.FromSeconds(10) }, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AccessGate>>()));
        return services;
    }
}
