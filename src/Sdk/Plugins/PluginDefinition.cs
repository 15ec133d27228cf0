using System.Text.Json;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Sdk;

/// <summary>What a plugin consists of: its resource types, their handlers, and the services those need.</summary>
/// <param name="services">Where handlers are registered, each as a singleton.</param>
/// <param name="settings">The app's settings.</param>
/// <param name="manifest">What the plugin says of itself.</param>
public sealed class PluginDefinition(IServiceCollection services, IConfiguration settings, PluginManifest manifest)
{
    private readonly List<Func<IServiceProvider, JsonElement, ServedType>> _types = [];

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; } = services;

    /// <summary>The app's settings.</summary>
    public IConfiguration Settings { get; } = settings;

    /// <summary>What the plugin says of itself.</summary>
    public PluginManifest Manifest { get; } = manifest;

    /// <summary>Calls a second over the whole namespace; 0 (the default) is no limit. The setting <c>FormaeMaxRequestsPerSecond</c> overrides it.</summary>
    public int MaxRequestsPerSecond { get; private set; }

    /// <summary>What is announced of the config of its targets; null: nothing, until <see cref="WithTargets{TConfig}"/> says it.</summary>
    public AnnouncedConfig? TargetConfig { get; private set; }

    /// <summary>Serves a resource type.</summary>
    /// <typeparam name="T">The record with <see cref="ResourceTypeAttribute"/>.</typeparam>
    /// <typeparam name="THandler">Its handler: one instance, made by the app's services.</typeparam>
    public PluginDefinition AddResource<T, THandler>()
        where T : class
        where THandler : class, IResourceHandler<T>
    {
        Services.TryAddSingleton<THandler>();
        _types.Add((provider, configuration) =>
        {
            var handler = provider.GetRequiredService<THandler>();
            if (handler is IConfigurable configurable)
                configurable.Configure(configuration);
            return ServedType.Of(handler);
        });
        return this;
    }

    /// <summary>
    /// Announces what the config of a target is like: a document with a config that does not fit is refused before anything of it is stored, and editors know its keys. Without it, configs are
    /// checked by nobody but the handlers. Attributes of fields, <c>required</c>, enums and descriptions count as in a resource type.
    /// </summary>
    /// <typeparam name="TConfig">The record that handlers ask for by <see cref="OperationContext.Target{TConfig}"/>.</typeparam>
    /// <exception cref="InvalidOperationException">A property has another name in JSON, or its attributes make no sense.</exception>
    public PluginDefinition WithTargets<TConfig>()
        where TConfig : class
    {
        TargetConfig = TargetConfigSchema.Of(typeof(TConfig));
        return this;
    }

    /// <summary>Asks the engine to keep to a number of calls a second over the whole namespace.</summary>
    /// <param name="requestsPerSecond">0 is no limit.</param>
    public PluginDefinition WithRateLimit(int requestsPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(requestsPerSecond);
        MaxRequestsPerSecond = requestsPerSecond;
        return this;
    }

    /// <summary>The operator of the plugin. Makes every handler, so that what is wrong with one is seen when the app starts.</summary>
    /// <exception cref="FormatException">The setting <c>FormaePluginConfig</c> is no JSON object, or a handler refused it.</exception>
    public Operator CreateOperator(IServiceProvider provider)
    {
        var configuration = Configuration();
        return new Operator(
            Manifest.Namespace,
            Manifest.Version,
            _types.Select(type => type(provider, configuration)),
            provider.GetRequiredService<SecretSeal>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System);
    }

    /// <summary>What the plugin says of itself on the bus.</summary>
    public PluginAnnouncement Announce(Operator operations, string requestQueue, DateTimeOffset startedAt, DateTimeOffset now) => new()
    {
        MinContract = Manifest.MinContract,
        MaxContract = BusContract.Version,
        Name = Manifest.Name,
        Namespace = Manifest.Namespace,
        Version = Manifest.Version,
        MinFormaeVersion = Manifest.MinFormaeVersion,
        Summary = Manifest.Summary,
        Publisher = Manifest.Publisher,
        License = Manifest.License,
        RequestQueue = requestQueue,
        MaxRequestsPerSecond = Settings.GetValue<int?>("FormaeMaxRequestsPerSecond") ?? MaxRequestsPerSecond,
        ResourceTypes = [.. operations.Types.Select(type => new AnnouncedType { Type = type.Name, Schema = type.Schema, JsonSchema = type.JsonSchema, CanList = type.CanList })],
        TargetConfig = TargetConfig,
        ProcessId = Environment.ProcessId,
        NodeName = Environment.MachineName,
        StartedAt = startedAt,
        SentAt = now,
    };

    private JsonElement Configuration()
    {
        if (Settings["FormaePluginConfig"] is not { Length: > 0 } text)
            return OperationContext.EmptyObject;
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The setting FormaePluginConfig is no JSON object: {wrong.Message}", wrong);
        }
    }
}
