using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Testing;

/// <summary>Drives a plugin's operator in process: the same code as behind the bus, without the bus.</summary>
public sealed class PluginHarness : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private PluginHarness(ServiceProvider services, PluginDefinition definition)
    {
        _services = services;
        Definition = definition;
        Operator = definition.CreateOperator(services);
        Seal = services.GetRequiredService<SecretSeal>();
    }

    /// <summary>The plugin.</summary>
    public PluginDefinition Definition { get; }

    /// <summary>What serves its operations.</summary>
    public Operator Operator { get; }

    /// <summary>Seals and opens secrets with the keys that the operator uses.</summary>
    public SecretSeal Seal { get; }

    /// <summary>The config of the target that requests without one are sent with. Default: none.</summary>
    public JsonElement? TargetConfig { get; set; }

    /// <summary>The plugin's services.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Starts a plugin.</summary>
    /// <param name="pluginNamespace">The namespace of its types.</param>
    /// <param name="define">What it consists of, as its program says.</param>
    /// <param name="time">The clock; default: the system's.</param>
    /// <param name="settings">The app's settings.</param>
    public static PluginHarness Start(string pluginNamespace, Action<PluginDefinition> define, TimeProvider? time = null, IReadOnlyDictionary<string, string?>? settings = null) => Start(
        new PluginManifest { Name = pluginNamespace.ToLowerInvariant(), Namespace = pluginNamespace, Version = "1.0.0-test" },
        define,
        new EphemeralDataProtectionProvider(),
        time,
        settings);

    internal static PluginHarness Start(
        PluginManifest manifest, Action<PluginDefinition> define, IDataProtectionProvider keys, TimeProvider? time, IReadOnlyDictionary<string, string?>? settings, ILoggerProvider? log = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (log is not null)
                logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        });
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton(keys);
        services.AddSingleton<SecretSeal>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>()).Build();
        var definition = new PluginDefinition(services, configuration, manifest);
        define(definition);
        return new PluginHarness(services.BuildServiceProvider(), definition);
    }

    /// <summary>Serves one operation.</summary>
    public Task<OperationReport> ExecuteAsync(OperationRequest request, CancellationToken cancellationToken = default) =>
        Operator.ExecuteAsync(request with { TargetConfig = request.TargetConfig ?? TargetConfig }, cancellationToken);

    /// <summary>Serves one operation and polls until it is no longer in progress.</summary>
    /// <param name="request">The operation.</param>
    /// <param name="mostPolls">Polls before it is given up.</param>
    /// <param name="cancellationToken">Ends the polling.</param>
    /// <exception cref="TimeoutException">It was still in progress after the last poll.</exception>
    public async Task<OperationReport> CompleteAsync(OperationRequest request, int mostPolls = 100, CancellationToken cancellationToken = default)
    {
        var report = await ExecuteAsync(request, cancellationToken).ConfigureAwait(false);

        // With a poll goes what the object shall have become; of a delete, what it was.
        var prior = request.Properties is { } desired ? SecretValues.Redacted(desired, Operator.Types.FirstOrDefault(type => type.Name == request.ResourceType)?.Schema) : request.PriorProperties;
        for (var poll = 0; report.Status == OperationStatus.InProgress; poll++)
        {
            if (poll == mostPolls)
                throw new TimeoutException($"{request.Verb} of {request.ResourceType} was still in progress after {mostPolls} polls.");
            var status = request with { Verb = OperationVerb.Status, RequestId = report.RequestId, NativeId = report.NativeId, Sequence = report.Sequence + 1, PriorProperties = prior };
            report = await ExecuteAsync(status, cancellationToken).ConfigureAwait(false);
        }

        return report;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
