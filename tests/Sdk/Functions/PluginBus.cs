using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.ServiceBus;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Functions;

/// <summary>A real bus of the test's own, with the queues between a plugin's app and the coordinator, and a folder for what the app keeps.</summary>
internal sealed class PluginBus : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Broker _broker;
    private readonly ServiceBusSender _requests;
    private readonly ServiceBusReceiver _reports;

    private PluginBus(string queue, Scratch scratch, Broker broker)
    {
        (Queue, Scratch, _broker) = (queue, scratch, broker);
        Client = new ServiceBusClient(broker.ConnectionString);
        _requests = Client.CreateSender(queue);
        _reports = Client.CreateReceiver(BusContract.ReportQueue);
    }

    /// <summary>Where the app's requests wait.</summary>
    public string Queue { get; }

    public Scratch Scratch { get; }

    public ServiceBusClient Client { get; }

    /// <summary>How many requests are neither completed nor dead.</summary>
    public long Waiting => _broker.Counts()[Queue].Active;

    public static async Task<PluginBus> StartAsync(string queue)
    {
        var scratch = new Scratch();
        var broker = await Broker.StartAsync(
            new BrokerOptions
            {
                DataDirectory = scratch.Folder,
                Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)],
                Topology = new BrokerTopology([new QueueDefinition(queue), new QueueDefinition(BusContract.ReportQueue), new QueueDefinition(BusContract.AnnouncementQueue)], []),
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            CancellationToken.None);
        return new PluginBus(queue, scratch, broker);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _broker.DisposeAsync();
        Scratch.Dispose();
    }

    /// <summary>What a plugin's app needs to serve this bus.</summary>
    public Dictionary<string, string> SettingsOfApp(string keyRing) => new()
    {
        ["ServiceBus"] = _broker.ConnectionString,
        ["FormaeRequestQueue"] = Queue,
        ["FormaeKeyRing"] = keyRing,
        ["FormaePluginData"] = Scratch["data"],
    };

    /// <summary>The announcement of an app that starts.</summary>
    public async Task<PluginAnnouncement> AnnouncementAsync()
    {
        var message = await Client.CreateReceiver(BusContract.AnnouncementQueue).ReceiveMessageAsync(Patience);
        Assert.True(message is not null, $"No announcement came within {Patience}.");
        return JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.PluginAnnouncement)!;
    }

    public Task SendAsync(IEnumerable<OperationRequest> requests) => _requests.SendMessagesAsync(requests.Select(request =>
        new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest)) { Subject = BusContract.RequestSubject, MessageId = request.MessageId }));

    /// <summary>The reports of the next message.</summary>
    public async Task<IReadOnlyList<OperationReport>> ReportsAsync()
    {
        var message = await _reports.ReceiveMessageAsync(Patience);
        Assert.True(message is not null, $"No report came within {Patience}.");
        await _reports.CompleteMessageAsync(message);
        return JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports;
    }

    /// <summary>Has one request served and waits until it is settled.</summary>
    public async Task<OperationReport> RunAsync(OperationRequest request)
    {
        await SendAsync([request]);
        var reports = await ReportsAsync();
        await SettledAsync();
        return Assert.Single(reports, report => report.OperationId == request.OperationId);
    }

    /// <summary>A request is completed after its report was sent: an app that is killed in between would rightly serve it once more.</summary>
    private async Task SettledAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (Waiting > 0)
        {
            Assert.True(deadline.Elapsed < Patience, $"A request was reported and not completed within {Patience}.");
            await Task.Yield();
        }
    }
}
