using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Coordinator.Bus;
using Formae.Embedded.ServiceBus;
using Formae.Messaging;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>Both ends of the bus: the functions that take messages, with keys and payloads in files as <c>formae up</c> gives them to its apps.</summary>
public sealed partial class ControlPlane
{
    internal const string RequestQueue = "formae-requests-fakeaws";
    private const string Topology = $$$$"""
        {"UserConfig":{"Namespaces":[{"Name":"formae","Queues":[{"Name":"{{{{BusContract.ReportQueue}}}}"},{"Name":"{{{{BusContract.AnnouncementQueue}}}}"},
        {"Name":"{{{{RequestQueue}}}}","Properties":{"RequiresDuplicateDetection":true,"DuplicateDetectionHistoryTimeWindow":"PT4H"}}],
        "Topics":[{"Name":"{{{{BusContract.EventTopic}}}}","Properties":{"RequiresDuplicateDetection":true,"DuplicateDetectionHistoryTimeWindow":"PT4H"},"Subscriptions":[{"Name":"all"}]}]}]}}
        """;

    private ServiceProvider _pluginServices = null!;
    private ReportBatch _reports = null!;

    /// <summary>The keys that both ends sign with.</summary>
    internal string KeyFile => _folder.File("message.keys");

    internal string PayloadFolder => _folder.File("payloads");

    /// <summary>The plugin's end: its own reader, writer and copy of the keys.</summary>
    internal T OfPlugin<T>() where T : notnull => _pluginServices.GetRequiredService<T>();

    /// <summary>A client of the bus, for whoever sends what nobody should.</summary>
    internal ServiceBusClient Bus => _pluginBus;

    /// <summary>The ids of messages to the plugin that were signed and could not be read.</summary>
    internal ConcurrentQueue<string> Unread { get; } = [];

    /// <summary>How many messages wait, and how many are dead, in a queue.</summary>
    internal EntityCounts CountsOf(string queue) => _broker.Counts()[queue];

    /// <summary>Signs with a new key from now on.</summary>
    internal void RotateKeys()
    {
        var draft = KeyFile + ".new";
        File.WriteAllText(draft, MessageKeyList.Rotate(File.Exists(KeyFile) ? MessageKeyList.Parse(File.ReadAllText(KeyFile), KeyFile) : [], TimeProvider.System.GetUtcNow()));
        File.Move(draft, KeyFile, overwrite: true);
    }

    private Dictionary<string, string?> BusSettings() => new()
    {
        ["ServiceBus"] = _broker.ConnectionString,
        [MessageKeys.FileSetting] = KeyFile,
        [PayloadSettings.Place] = _seams.HasPayloads ? PayloadFolder : null,
    };

    private async Task OpenBusAsync()
    {
        _broker = await Broker.StartAsync(
            new BrokerOptions { DataDirectory = _folder.File("bus"), Key = _key, Topology = BrokerTopology.Parse(Topology) }, _seams.Logs, TimeProvider.System, CancellationToken.None);
        if (!File.Exists(KeyFile))
            RotateKeys();
        _pluginBus = new ServiceBusClient(_broker.ConnectionString);
        var services = new ServiceCollection();
        services.AddSingleton(_seams.Logs);
        services.AddLogging();
        services.AddSingleton(_seams.Time);
        services.AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(BusSettings()).Build());
        _pluginServices = services.BuildServiceProvider();
        _reports = new ReportBatch(SendReportsAsync, OfPlugin<PayloadStore>(), _seams.LargestReport, TimeSpan.FromMilliseconds(5), _seams.ReportTime);
    }

    private async Task ServeBusAsync()
    {
        var plugin = new OperationFunction(Plugin.Operator, _reports, OfPlugin<MessageReader>(), new PluginAppOptions { RequestQueue = RequestQueue }, _seams.Logs.CreateLogger<OperationFunction>(), _seams.ReportTime);
        var coordinator = new BusFunctions(Get<MessageReader>(), Get<PluginCatalog>(), Get<PluginHealth>(), Get<TimeProvider>(), _seams.Logs.CreateLogger<BusFunctions>());
        var hub = _seams.Reporting(_hub.Client);
        await ServeAsync(RequestQueue, async (message, actions, cancellation) =>
        {
            await NoteAsync(message);
            await plugin.RunAsync(message, actions, cancellation);
        });
        await ServeAsync(BusContract.ReportQueue, (message, actions, cancellation) => coordinator.Reports([message], actions, hub, cancellation));
        await ServeAsync(BusContract.AnnouncementQueue, coordinator.Announcements);
    }

    private async Task ServeAsync(string queue, Func<ServiceBusReceivedMessage, ServiceBusMessageActions, CancellationToken, Task> serve)
    {
        var processor = _pluginBus.CreateProcessor(queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 32, PrefetchCount = 64 });
        processor.ProcessMessageAsync += args => _seams.Bus(queue, args.Message, settles => serve(args.Message, new Settling(args, settles), args.CancellationToken));
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        _processors.Add(processor);
        await processor.StartProcessingAsync();
    }

    private async Task CloseBusAsync()
    {
        foreach (var processor in _processors)
            await processor.DisposeAsync();
        _processors.Clear();
        _reports.Dispose();
        await _pluginBus.DisposeAsync();
        await _pluginServices.DisposeAsync();
    }

    private async Task SendReportsAsync(string queue, BinaryData body)
    {
        await using var sender = _pluginBus.CreateSender(queue);
        await sender.SendMessageAsync(await OfPlugin<MessageWriter>().WriteAsync(new OutgoingMessage { Queue = queue, Subject = BusContract.ReportSubject, Body = body.ToMemory() }, CancellationToken.None));
    }

    /// <summary>Keeps what a plugin was sent. What somebody else has made up, or nobody can read, is not kept.</summary>
    private async Task NoteAsync(ServiceBusReceivedMessage message)
    {
        if (!OfPlugin<MessageReader>().IsGenuine(message, RequestQueue))
            return;
        try
        {
            var body = message.ContentType == "application/json"
                ? message.Body
                : await OfPlugin<PayloadStore>().GetAsync(JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.PayloadClaim)!, CancellationToken.None);
            Sent.Enqueue(JsonSerializer.Deserialize(body.ToMemory().Span, BusJson.Default.OperationRequest)!);
        }
        catch (Exception unread) when (unread is JsonException or PayloadException)
        {
            Unread.Enqueue(message.MessageId);
        }
    }

    /// <summary>Settles as the host does, where the message came from; or not at all, as a host that dies before.</summary>
    private sealed class Settling(ProcessMessageEventArgs args, bool settles) : ServiceBusMessageActions
    {
        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
            settles ? args.CompleteMessageAsync(message, cancellationToken) : throw Died();

        public override Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) =>
            settles ? args.AbandonMessageAsync(message, propertiesToModify!, cancellationToken) : throw Died();

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = null,
            string? deadLetterReason = null,
            string? deadLetterErrorDescription = null,
            CancellationToken cancellationToken = default) =>
            settles ? args.DeadLetterMessageAsync(message, deadLetterReason, deadLetterErrorDescription, cancellationToken) : throw Died();

        // What comes after settling, such as removing the payload, must not happen either.
        private static ServiceBusException Died() => new("The host has died before it settled the message.", ServiceBusFailureReason.MessageLockLost);
    }
}
