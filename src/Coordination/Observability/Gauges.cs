using System.Diagnostics.Metrics;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Queries;
using Formae.Protocol.Http;
using Formae.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Observability;

/// <summary>
/// The control plane in numbers, as metrics: the very answer of <c>GET /api/v1/stats</c>, under the names of the original. Counting reads rows, so it is done at an
/// interval of its own, and only where metrics are exported.
/// </summary>
public sealed partial class Gauges : BackgroundService
{
    private readonly StatsQuery _query;
    private readonly PluginCatalog _catalog;
    private readonly RequestQueues _queues;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ILogger<Gauges> _logger;
    private volatile Stats? _stats;
    private volatile IReadOnlyDictionary<string, int> _depths = new Dictionary<string, int>();

    public Gauges(StatsQuery query, PluginCatalog catalog, RequestQueues queues, TimeProvider time, TimeSpan interval, ILogger<Gauges> logger)
    {
        (_query, _catalog, _queues, _time, _interval, _logger) = (query, catalog, queues, time, interval, logger);
        Meter.CreateObservableGauge("formae.queue.depth", () => _depths.Select(one => new Measurement<int>(one.Value, new KeyValuePair<string, object?>(Attributes.Queue, one.Key))), "{message}", "Requests that are due and not done, counted up to a hundred.");
        Number("formae.clients.connected", "{client}", "Clients that gave commands.", stats => stats.Clients);
        Number("formae.stacks.total", "{stack}", "Stacks.", stats => stats.Stacks);
        Numbers("formae.commands.total", "{command}", "Commands by what they do.", Attributes.CommandKind, stats => stats.Commands);
        Numbers("formae.commands.by_state", "{command}", "Commands by their state.", Attributes.CommandState, stats => stats.States);
        Numbers("formae.resources.managed", "{resource}", "Managed resources by namespace.", Attributes.Namespace, stats => stats.Resources);
        Numbers("formae.resources.unmanaged", "{resource}", "Resources that were found and belong to nobody, by namespace.", Attributes.Namespace, stats => stats.UnmanagedResources);
        Numbers("formae.resources.by_type", "{resource}", "Resources by type.", Attributes.ResourceType, stats => stats.ResourceTypes);
        Numbers("formae.messages.dead", "{message}", "Messages among the dead letters, by reason.", "reason", stats => stats.DeadLetters ?? new Dictionary<string, int>());
        Numbers("formae.targets.total", "{target}", "Targets by namespace.", Attributes.Namespace, stats => stats.Targets);
    }

    /// <summary>Of the same name as all others; it ends with this object.</summary>
    internal Meter Meter { get; } = new(Measures.MeterName);

    /// <summary>Counts now.</summary>
    public async Task CountAsync(CancellationToken cancellation)
    {
        _stats = await _query.StatsAsync(cancellation);
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var queue in _catalog.Plugins.Select(plugin => plugin.Announcement.RequestQueue).Distinct(StringComparer.Ordinal))
            depths[queue] = (await _queues.LookAsync(queue, cancellation)).Depth;
        _depths = depths;
    }

    public override void Dispose()
    {
        Meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, _time);
        do
        {
            try
            {
                await CountAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotCounted(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Number(string name, string unit, string description, Func<Stats, int> read) =>
        Meter.CreateObservableGauge(name, () => _stats is { } stats ? [new Measurement<int>(read(stats))] : Array.Empty<Measurement<int>>(), unit, description);

    private void Numbers(string name, string unit, string description, string attribute, Func<Stats, IReadOnlyDictionary<string, int>> read) =>
        Meter.CreateObservableGauge(
            name, () => _stats is { } stats ? read(stats).Select(one => new Measurement<int>(one.Value, new KeyValuePair<string, object?>(attribute, one.Key))).ToArray() : [], unit, description);

    [LoggerMessage(EventId = 1901, Level = LogLevel.Warning, Message = "The numbers of the control plane could not be counted; they stay as they were")]
    private partial void LogNotCounted(Exception exception);
}
