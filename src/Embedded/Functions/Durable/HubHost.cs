using System.Text.Json;
using Formae.Embedded.DurableTask;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>The task hub of an app, from its start to its stop.</summary>
internal sealed class HubHost(AppRuntime app, AppSettings settings, HostJson.DurableSection host, TaskHubRegistry registry, JsonSerializerOptions json, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private TaskHub? _hub;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var folder = settings.HubFolder();
        Directory.CreateDirectory(folder);
        _hub = TaskHub.Open(
            new TaskHubOptions
            {
                Directory = folder,
                HubName = host.HubName,
                MaxConcurrentActivities = host.MaxActivities,
                MaxConcurrentOrchestrations = host.MaxOrchestrators,
                MaxConcurrentEntities = host.MaxEntities,
                ReplayEveryEpisode = settings.ReplaysEveryEpisode,
                Json = json,
            },
            registry,
            loggers,
            time);
        app.Client = _hub.Client;
        await _hub.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _hub?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _hub?.DisposeAsync() ?? default;
}
