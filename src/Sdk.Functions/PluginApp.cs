using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Messaging.KeyRing;
using Formae.Messaging.Payloads;
using Formae.Protocol.Secrets;
using Formae.Sdk.Functions.Logging;
using Formae.Telemetry.Export;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>The function app of a plugin: <c>PluginApp.CreateBuilder(args).AddResource&lt;Bucket, BucketHandler&gt;().Build().Run()</c>.</summary>
public static class PluginApp
{
    /// <summary>Begins an app. Its manifest is the file that the setting <c>FormaePluginManifest</c> names; default <c>plugin.json</c> in the app's folder.</summary>
    /// <exception cref="InvalidDataException">The manifest is missing or wrong.</exception>
    public static PluginAppBuilder CreateBuilder(string[] args)
    {
        var app = FunctionsApplication.CreateBuilder(args);
        return new PluginAppBuilder(app, PluginManifest.Load(app.Configuration["FormaePluginManifest"]));
    }
}

/// <summary>Puts a plugin's app together.</summary>
public sealed class PluginAppBuilder
{
    private readonly FunctionsApplicationBuilder _app;
    private readonly PluginDefinition _definition;

    internal PluginAppBuilder(FunctionsApplicationBuilder app, PluginManifest manifest)
    {
        _app = app;
        _definition = new PluginDefinition(app.Services, app.Configuration, manifest);
    }

    /// <summary>The app's services.</summary>
    public IServiceCollection Services => _app.Services;

    /// <summary>The app's settings.</summary>
    public IConfiguration Settings => _app.Configuration;

    /// <summary>Serves a resource type.</summary>
    /// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
    /// <typeparam name="THandler">Its handler: one instance, made by the app's services.</typeparam>
    public PluginAppBuilder AddResource<T, THandler>()
        where T : class
        where THandler : class, IResourceHandler<T> => Define(plugin => plugin.AddResource<T, THandler>());

    /// <summary>Announces what the config of a target is like, so that one that does not fit is refused before anything is stored.</summary>
    /// <typeparam name="TConfig">The record that handlers ask for by <see cref="OperationContext.Target{TConfig}"/>.</typeparam>
    /// <exception cref="InvalidOperationException">A property has another name in JSON, or its attributes make no sense.</exception>
    public PluginAppBuilder WithTargets<TConfig>()
        where TConfig : class => Define(plugin => plugin.WithTargets<TConfig>());

    /// <summary>Asks the engine to keep to a number of calls a second over the whole namespace; 0 (the default) is no limit.</summary>
    public PluginAppBuilder WithRateLimit(int requestsPerSecond) => Define(plugin => plugin.WithRateLimit(requestsPerSecond));

    /// <summary>
    /// Hears of what <c>events</c> in the manifest asks for. The app has a function besides, triggered by its subscription, that hands each message to <see cref="EventListener"/>.
    /// </summary>
    /// <typeparam name="THandler">Takes the events: one instance, made by the app's services.</typeparam>
    /// <exception cref="InvalidOperationException">The manifest asks for no events.</exception>
    public PluginAppBuilder AddEventHandler<THandler>()
        where THandler : class, IEventHandler
    {
        if (_definition.Manifest.Events.Count == 0)
            throw new InvalidOperationException($"{typeof(THandler).Name} is to hear of events, and plugin.json asks for none: add \"events\", a list of types.");
        Services.TryAddSingleton<THandler>();
        Services.AddSingleton(provider => new EventListener(
            provider.GetRequiredService<THandler>(), provider.GetRequiredService<MessageReader>(), _app.Configuration, provider.GetRequiredService<ILogger<EventListener>>()));
        return this;
    }

    /// <summary>Adds what a definition says, which a test can use without an app.</summary>
    public PluginAppBuilder Define(Action<PluginDefinition> define)
    {
        define(_definition);
        return this;
    }

    /// <summary>The app, ready to run.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or wrong.</exception>
    public IHost Build()
    {
        var options = PluginAppOptions.From(_app.Configuration);
        var services = _app.Services;
        services.AddFormaeTelemetry(_app.Configuration, $"formae-plugin-{_definition.Manifest.Name}");
        services.AddScrubbedLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_definition);
        services.AddSingleton(_ => CreateClient(options));
        services.AddFormaeMessaging(_app.Configuration);
        services.AddSingleton<BusSenders>();
        services.AddSingleton(provider => new ReportBatch(
            provider.GetRequiredService<BusSenders>().SendReportsAsync,
            provider.GetRequiredService<PayloadStore>(),
            options.LargestReport,
            options.ReportLinger,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ReportBatch>>()));
        services.AddSingleton(provider => provider.GetRequiredService<PluginDefinition>().CreateOperator(provider));
        services.AddSingleton(provider => new Announcer(
            provider.GetRequiredService<PluginDefinition>(),
            provider.GetRequiredService<Operator>(),
            options,
            provider.GetRequiredService<BusSenders>(),
            provider.GetRequiredService<SecretSeal>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Announcer>>()));
        services.AddHostedService(provider => provider.GetRequiredService<Announcer>());
        services.AddSingleton<SecretSeal>();
        services.AddFormaeKeyRing(_app.Configuration, KeyRingRole.Reader);
        return _app.Build();
    }

    private static ServiceBusClient CreateClient(PluginAppOptions options) => string.IsNullOrEmpty(options.ServiceBusConnection)
        ? new ServiceBusClient(options.ServiceBusNamespace, new DefaultAzureCredential())
        : new ServiceBusClient(options.ServiceBusConnection);
}
