using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions.Logging;

/// <summary>
/// Every logger of the app, the handlers' own included, says <c>***</c> for what is secret in the operation at hand. It stands before all providers, so the console,
/// a file and a collector hear the same.
/// </summary>
internal sealed class ScrubbedLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new ScrubbedLogger(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();
}

internal static class ScrubbedLogging
{
    public static IServiceCollection AddScrubbedLogging(this IServiceCollection services)
    {
        services.AddLogging();
        services.TryAddSingleton<LoggerFactory>();
        return services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new ScrubbedLoggerFactory(provider.GetRequiredService<LoggerFactory>())));
    }
}
