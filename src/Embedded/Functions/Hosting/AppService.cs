using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>
/// Starts what triggers functions, in order: the task hub, then (Kestrel having started in between) bus and timers, then the ready file.
/// Stops in the opposite order: nothing new is taken, what runs may end, the hub is the last.
/// </summary>
internal sealed partial class AppService : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(1);

    private readonly IServiceProvider _services;
    private readonly AppSettings _settings;
    private readonly HubHost? _hub;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, ServiceBusClient> _clients = new(StringComparer.Ordinal);
    private readonly List<IListener> _listeners = [];
    private Task _draining = Task.CompletedTask;

    public AppService(IServiceProvider services, FunctionSet functions, AppSettings settings, HostJson host, HubHost? hub, TimeProvider time, ILoggerFactory loggers)
    {
        (_services, _settings, _hub, _logger) = (services, settings, hub, loggers.CreateLogger<AppService>());
        foreach (var function in functions.Functions)
        {
            IListener? listener = function.Trigger switch
            {
                ServiceBusTriggerBinding { IsBatched: true } bus => new BatchListener(function, bus, ClientOf(bus.ConnectionString), host.ServiceBus, time, _ending.Token, loggers.CreateLogger<BatchListener>()),
                ServiceBusTriggerBinding bus => new MessageListener(function, bus, ClientOf(bus.ConnectionString), host.ServiceBus, _ending.Token, loggers.CreateLogger<MessageListener>()),
                TimerTriggerBinding timer => new TimerListener(function, timer, time, _ending.Token, loggers.CreateLogger<TimerListener>()),
                _ => null,
            };
            if (listener is not null)
                _listeners.Add(listener);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => _hub?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners)
            await listener.StartAsync(cancellationToken);
        var urls = _services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        LogServing(_logger, string.Join(", ", urls));
        if (_settings.ReadyFile is { } path)
            ReadyFile.Write(path, urls);
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = DrainAsync(cancellationToken);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _draining;
        if (_hub is not null)
            await _hub.StopAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_hub is not null)
            await _hub.DisposeAsync();
        foreach (var client in _clients.Values)
            await client.DisposeAsync();
    }

    /// <summary>Waits for what runs. When the time is over, it is told so by its token and has a last moment.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var stopping = Task.WhenAll(_listeners.Select(listener => listener.StopAsync(CancellationToken.None)));
        try
        {
            await stopping.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogDrainEnded(_logger);
            await _ending.CancelAsync();
            await Task.WhenAny(stopping, Task.Delay(AfterDrain, TimeProvider.System, CancellationToken.None));
        }
    }

    private ServiceBusClient ClientOf(string connectionString)
    {
        if (!_clients.TryGetValue(connectionString, out var client))
            _clients.Add(connectionString, client = new ServiceBusClient(connectionString));
        return client;
    }
}
