using Azure.Messaging.ServiceBus;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Publishing;

/// <summary>Somebody who has subscribed to everything, and believes only what was signed.</summary>
internal sealed class Subscriber(ControlPlane plane) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ServiceBusReceiver _receiver = plane.Bus.CreateReceiver(BusContract.EventTopic, "all");

    /// <summary>The messages that were taken so far.</summary>
    public List<ServiceBusReceivedMessage> Messages { get; } = [];

    /// <summary>What comes until one comes that is waited for, that one included.</summary>
    public async Task<IReadOnlyList<ControlPlaneEvent>> HearAsync(Func<IReadOnlyList<ControlPlaneEvent>, bool> isAll)
    {
        var heard = new List<ControlPlaneEvent>();
        while (!isAll(heard))
        {
            var message = await _receiver.ReceiveMessageAsync(Patience, TestContext.Current.CancellationToken);
            Assert.True(message is not null, $"Nothing more came after {string.Join(", ", heard.Select(one => one.Id))}.");
            heard.Add(await ReadAsync(message!));
        }

        return heard;
    }

    /// <summary>All of one command: its end is told last.</summary>
    public Task<IReadOnlyList<ControlPlaneEvent>> HearOfAsync(string commandId) =>
        HearAsync(heard => heard.Any(one => one.Type == EventTypes.CommandFinished && one.Data.CommandId == commandId));

    /// <summary>Nothing waits to be heard.</summary>
    public async Task HasHeardEverythingAsync() => Assert.Empty(await _receiver.PeekMessagesAsync(10, cancellationToken: TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    private async Task<ControlPlaneEvent> ReadAsync(ServiceBusReceivedMessage message)
    {
        var reading = await plane.OfPlugin<MessageReader>().ReadAsync(message, MessageKinds.Event(message.Subject), BusContract.EventTopic, TestContext.Current.CancellationToken);
        var happened = Assert.IsType<Reading<ControlPlaneEvent>.Accepted>(reading).Body;
        Assert.Equal((happened.Type, happened.Id, happened.Data.CommandId, BusContract.EventContent), (message.Subject, message.MessageId.Split('~')[0], message.CorrelationId, message.ContentType));
        await _receiver.CompleteMessageAsync(message, TestContext.Current.CancellationToken);
        Messages.Add(message);
        return happened;
    }
}
