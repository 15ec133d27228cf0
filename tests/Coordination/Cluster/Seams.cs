using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;
using Formae.Sdk;
using Formae.Sdk.Functions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>What a test puts between the parts of a control plane. Without any of it everything is as it is in the apps.</summary>
internal sealed class Seams
{
    /// <summary>The clock of the coordination; the task hub and the bus keep their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The clock of the task hub.</summary>
    public TimeProvider HubTime { get; init; } = TimeProvider.System;

    /// <summary>Stands before the tables.</summary>
    public Func<ITableTransport, ITableTransport>? Tables { get; init; }

    /// <summary>The connection string of an account that keeps rows and payloads. Default: files.</summary>
    public string? Storage { get; init; }

    /// <summary>Tables that others use too; they are not closed with the folder.</summary>
    public string? TablesFile { get; init; }

    /// <summary>Stands between the bus and whoever takes its messages: queue, message and how it is taken. It may be taken late or never; what throws comes again, also when it was taken without being settled (false).</summary>
    public Func<string, ServiceBusReceivedMessage, Func<bool, Task>, Task> Bus { get; init; } = static (_, _, take) => take(true);

    /// <summary>The most bytes of a report of the plugin.</summary>
    public long LargestReport { get; init; } = new PluginAppOptions { RequestQueue = "" }.LargestReport;

    /// <summary>The clock of the plugin's pauses while it cannot report.</summary>
    public TimeProvider ReportTime { get; init; } = TimeProvider.System;

    /// <summary>Whether the plugin has announced itself when the control plane starts.</summary>
    public bool IsAnnounced { get; init; } = true;

    /// <summary>Whether there is a place for what is too large for a message or a row.</summary>
    public bool HasPayloads { get; init; } = true;

    /// <summary>Stands before the bus that the coordinator sends to.</summary>
    public Func<ServiceBusClient, ServiceBusClient>? Sending { get; init; }

    /// <summary>The version that the control plane takes itself for; null for its own.</summary>
    public string? Version { get; init; }

    /// <summary>Stands before the task hub for whoever hands on what comes from the bus.</summary>
    public Func<DurableTaskClient, DurableTaskClient> Reporting { get; init; } = static client => client;

    /// <summary>Stands before the task hub for the entities of resources, which raise events.</summary>
    public Func<DurableTaskClient, DurableTaskClient> Raising { get; init; } = static client => client;

    /// <summary>The clock of the entity of one resource, by its KSUID; null for that of all.</summary>
    public Func<string, TimeProvider?> TimeOf { get; init; } = static _ => null;

    /// <summary>Runs before an entity of a name takes what waits for it; where it throws, all of that fails.</summary>
    public Action<string> Dispatching { get; init; } = static _ => { };

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Types that the plugin serves beside its own.</summary>
    public Action<PluginDefinition>? Define { get; init; }

    public void Apply(IServiceCollection services, string tablesFile)
    {
        if (Time != TimeProvider.System)
            services.AddSingleton(Time);
        if (Version is not null)
            services.AddSingleton(new VersionGate(Version));
        if (Sending is not null)
        {
            var real = services.Last(service => service.ServiceType == typeof(ServiceBusClient)).ImplementationFactory!;
            services.AddSingleton(provider => Sending((ServiceBusClient)real(provider)));
        }

        if (Tables is not null)
            services.AddSingleton(_ => new TableServiceClient(Tables(new SqliteTableTransport(new Uri(tablesFile)))));
    }
}
