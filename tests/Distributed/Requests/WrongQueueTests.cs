using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;

namespace Formae.Distributed.Tests;

/// <summary>Messages that no coordinator sends.</summary>
[Collection(OneSystem.Collection)]
public sealed class WrongQueueTests(OneSystem system)
{
    private const string Queue = "formae-requests-fakeaws";

    [Fact]
    public async Task A_request_in_the_queue_of_another_plugin_is_answered_and_does_nothing()
    {
        var before = (await system.Plane.Cloud.CallsAsync()).Count;
        await using var bus = system.Plane.OpenBus();
        using var ends = system.Plane.OpenBusEnds();
        var request = new OperationRequest
        {
            OperationId = "wrong/queue/create",
            Verb = OperationVerb.Create,
            Ksuid = "3MP5dDcgleZuKOfen6TnsjCs1lu",
            ResourceType = DocumentBuilder.LocalFile,
            ReportTo = BusContract.ReportQueue,
        };
        await bus.CreateSender(Queue).SendMessageAsync(
            await ends.Writer.WriteAsync(
                new OutgoingMessage { Queue = Queue, Subject = BusContract.RequestSubject, Body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest), MessageId = request.MessageId },
                TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);

        await EmptyAsync(bus);
        Assert.Equal(before, (await system.Plane.Cloud.CallsAsync()).Count);
        await system.Plane.Client.CheckHealthAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_is_no_request_ends_among_the_dead_letters_with_a_reason()
    {
        await using var bus = system.Plane.OpenBus();
        using var ends = system.Plane.OpenBusEnds();
        var id = Guid.NewGuid().ToString();
        var message = await ends.Writer.WriteAsync(
            new OutgoingMessage { Queue = Queue, Subject = BusContract.RequestSubject, Body = "no JSON at all"u8.ToArray(), MessageId = id }, TestContext.Current.CancellationToken);
        await bus.CreateSender(Queue).SendMessageAsync(message, TestContext.Current.CancellationToken);

        await using var dead = bus.CreateReceiver(Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter, ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var letter = await dead.ReceiveMessageAsync(ControlPlane.Patience, TestContext.Current.CancellationToken);

        Assert.True(letter is not null, "The message did not come among the dead letters.");
        Assert.StartsWith(id, letter.MessageId, StringComparison.Ordinal);
        Assert.Equal(message.MessageId, letter.MessageId);
        Assert.Equal(nameof(RefusalReason.Unreadable), letter.DeadLetterReason);
    }

    private static async Task EmptyAsync(ServiceBusClient bus)
    {
        await using var receiver = bus.CreateReceiver(Queue);
        await Wait.ForAsync("an empty queue", ControlPlane.Patience, async () => (await receiver.PeekMessagesAsync(10, 0, TestContext.Current.CancellationToken)).Count == 0 ? Queue : null);
        await using var dead = bus.CreateReceiver(Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        Assert.Empty(await dead.PeekMessagesAsync(10, cancellationToken: TestContext.Current.CancellationToken));
    }
}
