using Azure.Messaging.ServiceBus;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Publishing;

/// <summary>A topic that takes nothing holds up no command, and loses no event.</summary>
public sealed class RefusedEventTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: s }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: one, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: one } }
          - { Label: two, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: two } }
        """;

    private ControlPlane _plane = null!;
    private RefusingTopic _topic = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(
        new Seams { Sending = real => _topic = new RefusingTopic(real), HubTime = new QuickTime(100) }, ("FORMAE_EVENTS_TOPIC", BusContract.EventTopic));

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(ServiceBusFailureReason.ServiceCommunicationProblem)]
    [InlineData(ServiceBusFailureReason.QuotaExceeded)]
    [InlineData(ServiceBusFailureReason.MessagingEntityNotFound)]
    public async Task What_the_bus_did_not_take_is_told_when_it_does(ServiceBusFailureReason reason)
    {
        _topic.Refuse(reason, times: int.MaxValue, butTake: false);
        var command = await _plane.RunAsync(Document);
        ControlPlane.Succeeded(command);
        await ControlPlane.UntilAsync("some tries", () => Task.FromResult(_topic.Refused > 3));
        _topic.Refuse(reason, times: 0, butTake: false);

        await IsToldOnceAsync(command.CommandId);
    }

    [Fact]
    public async Task What_the_bus_took_without_saying_so_is_one_event()
    {
        _topic.Refuse(ServiceBusFailureReason.ServiceTimeout, times: 3, butTake: true);
        var command = await _plane.RunAsync(Document);

        await IsToldOnceAsync(command.CommandId);
        Assert.Equal(3, _topic.Refused);
    }

    private async Task IsToldOnceAsync(string commandId)
    {
        await using var subscriber = new Subscriber(_plane);
        var told = await subscriber.HearAsync(heard => heard.Count == 3);
        Assert.Equal(["command.finished", "resource.created", "resource.created"], told.Select(one => one.Type).Order(StringComparer.Ordinal));
        Assert.All(told, one => Assert.Equal(commandId, one.Data.CommandId));

        // Whatever was sent again came before the next command.
        var destroyed = await _plane.RunAsync(Document, Formae.Engine.Planning.CommandKind.Destroy);
        Assert.Equal(["command.finished", "resource.deleted", "resource.deleted"], (await subscriber.HearOfAsync(destroyed.CommandId)).Select(one => one.Type).Order(StringComparer.Ordinal));
    }

    /// <summary>A bus whose topic refuses; its queues do not.</summary>
    private sealed class RefusingTopic(ServiceBusClient real) : ServiceBusClient
    {
        private readonly Lock _gate = new();
        private ServiceBusFailureReason _reason;
        private bool _takes;
        private int _left;

        public int Refused { get; private set; }

        public void Refuse(ServiceBusFailureReason reason, int times, bool butTake)
        {
            lock (_gate)
                (_reason, _left, _takes) = (reason, times, butTake);
        }

        public override ServiceBusSender CreateSender(string queueOrTopicName) =>
            queueOrTopicName == BusContract.EventTopic ? new Sender(real.CreateSender(queueOrTopicName), this) : real.CreateSender(queueOrTopicName);

        public override ServiceBusReceiver CreateReceiver(string queueName) => real.CreateReceiver(queueName);

        public override ValueTask DisposeAsync() => real.DisposeAsync();

        private async Task SendAsync(Func<Task> send)
        {
            ServiceBusException? refusal = null;
            bool takes;
            lock (_gate)
            {
                takes = _takes;
                if (_left > 0)
                {
                    _left--;
                    Refused++;
                    refusal = new ServiceBusException("As the test wants it.", _reason);
                }
            }

            if (refusal is null || takes)
                await send();
            if (refusal is not null)
                throw refusal;
        }

        private sealed class Sender(ServiceBusSender real, RefusingTopic bus) : ServiceBusSender
        {
            public override ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) => real.CreateMessageBatchAsync(cancellationToken);

            public override Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default) => bus.SendAsync(() => real.SendMessagesAsync(messageBatch, cancellationToken));

            public override ValueTask DisposeAsync() => real.DisposeAsync();
        }
    }
}
