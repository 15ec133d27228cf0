using Azure.Messaging.ServiceBus;
using Formae.Embedded.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.Functions.Tests;

/// <summary>A broker in this process, and a client of it.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private Broker _broker = null!;

    public ServiceBusClient Client { get; private set; } = null!;

    public string ConnectionString => _broker.ConnectionString;

    public static async Task<TestBroker> StartAsync(string? topology = null)
    {
        var bus = new TestBroker();
        bus._broker = await Broker.StartAsync(
            new BrokerOptions
            {
                DataDirectory = bus._folder.Path,
                Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)],
                Topology = BrokerTopology.Parse(topology ?? """
                    {"UserConfig":{"Namespaces":[{"Name":"test",
                      "Queues":[{"Name":"work","Properties":{"MaxDeliveryCount":3}},{"Name":"more"}],
                      "Topics":[{"Name":"events","Subscriptions":[{"Name":"all"}]}]}]}}
                    """),
            },
            NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        bus.Client = new ServiceBusClient(bus.ConnectionString);
        return bus;
    }

    public async Task SendAsync(string entity, params string[] bodies)
    {
        await using var sender = Client.CreateSender(entity);
        await sender.SendMessagesAsync(bodies.Select((body, index) => new ServiceBusMessage(body) { MessageId = $"m{index}" }));
    }

    public async Task<ServiceBusReceivedMessage?> DeadLetterAsync(string queue)
    {
        await using var receiver = Client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        return await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>How many messages are left, locked ones included.</summary>
    public async Task<int> LeftAsync(string queue)
    {
        await using var receiver = Client.CreateReceiver(queue);
        return (await receiver.PeekMessagesAsync(100)).Count;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }
}
