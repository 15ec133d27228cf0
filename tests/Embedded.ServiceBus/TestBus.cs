using Azure.Messaging.ServiceBus;
using Formae.Embedded.Host;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.ServiceBus.Tests;

/// <summary>A broker in this process with its clock in the test's hand, and a client of it.</summary>
internal sealed class TestBus : IAsyncDisposable
{
    /// <summary>Long enough for a slow machine: what has not come by then does not come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly BrokerTopology Everything = BrokerTopology.Parse("""
        {"UserConfig":{"Namespaces":[{"Name":"test","Queues":[
          {"Name":"plain","Properties":{}},
          {"Name":"other"},
          {"Name":"impatient","Properties":{"MaxDeliveryCount":2,"LockDuration":"PT30S"}},
          {"Name":"once","Properties":{"RequiresDuplicateDetection":true,"DuplicateDetectionHistoryTimeWindow":"PT5M"}},
          {"Name":"mortal","Properties":{"DefaultMessageTimeToLive":"PT1H","DeadLetteringOnMessageExpiration":true}},
          {"Name":"forgetful","Properties":{"DefaultMessageTimeToLive":"PT1H","DeadLetteringOnMessageExpiration":false}}],
         "Topics":[{"Name":"events","Properties":{},"Subscriptions":[
          {"Name":"all","Properties":{"LockDuration":"PT1M"}},
          {"Name":"created","Rules":[{"Name":"r","Properties":{"FilterType":"Correlation","CorrelationFilter":{"Label":"resource.created"}}}]},
          {"Name":"urgent","Rules":[{"Name":"r","Properties":{"FilterType":"Correlation","CorrelationFilter":{"Properties":{"level":5}}}}]}]}]}]}}
        """);

    private readonly TemporaryFolder _folder = new();
    private readonly long _bodyMemory;
    private ServiceBusClient? _client;

    private TestBus(long bodyMemory) => _bodyMemory = bodyMemory;

    public static byte[] Key { get; } = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public ManualTime Time { get; } = new();

    public string Folder => _folder.Path;

    public Broker Broker { get; private set; } = null!;

    public ServiceBusClient Client => _client ??= new ServiceBusClient(Broker.ConnectionString, new ServiceBusClientOptions(), Time);

    public static async Task<TestBus> StartAsync(long bodyMemory = 1 << 20)
    {
        var bus = new TestBus(bodyMemory);

        // It may be started again on the same port, which nobody may have taken meanwhile.
        await bus.StartBrokerAsync(FreePorts.Take(1)[0]);
        return bus;
    }

    public async Task StartBrokerAsync(int port) => Broker = await Broker.StartAsync(
        new BrokerOptions { DataDirectory = Folder, Key = Key, Port = port, Topology = Everything, BodyMemory = _bodyMemory }, NullLoggerFactory.Instance, Time, CancellationToken.None);

    /// <summary>Stops the broker and starts another one on the same files and port; the client is not told.</summary>
    public async Task RestartAsync()
    {
        var port = Broker.Port;
        await Broker.DisposeAsync();
        await StartBrokerAsync(port);
    }

    public Task SendAsync(string entity, string body) => Client.CreateSender(entity).SendMessageAsync(new ServiceBusMessage(body));

    /// <summary>The next message of the entity; fails the test when none comes.</summary>
    public Task<ServiceBusReceivedMessage> ReceiveAsync(string entity) => NextAsync(Client.CreateReceiver(entity), entity);

    public static async Task<ServiceBusReceivedMessage> NextAsync(ServiceBusReceiver receiver, string entity = "the receiver")
    {
        var message = await receiver.ReceiveMessageAsync(Patience);
        Assert.True(message is not null, $"No message came from {entity} within {Patience}.");
        return message;
    }

    /// <summary>What is there at this moment, without waiting.</summary>
    public async Task<ServiceBusReceivedMessage?> TryReceiveAsync(string entity) => await Client.CreateReceiver(entity).ReceiveMessageAsync(TimeSpan.Zero);

    public static async Task<ServiceBusException> RefusedAsync(ServiceBusFailureReason reason, Func<Task> action)
    {
        var refusal = await Assert.ThrowsAsync<ServiceBusException>(action);
        Assert.Equal(reason, refusal.Reason);
        return refusal;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await Broker.DisposeAsync();
        _folder.Dispose();
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("formae-bus-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
