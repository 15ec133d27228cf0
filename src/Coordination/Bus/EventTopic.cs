using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Coordination.Bus;

/// <summary>Where events go: the topic that the setting <c>FORMAE_EVENTS_TOPIC</c> names. Without it nothing is told, and nothing is done for it.</summary>
public sealed class EventTopic(string? name, ServiceBusClient client, MessageWriter writer) : IAsyncDisposable
{
    private readonly Lazy<ServiceBusSender> _sender = new(() => client.CreateSender(name));

    /// <summary>Whether somebody is to be told.</summary>
    public bool IsOn => !string.IsNullOrEmpty(name);

    /// <summary>Sends events, as many in a batch as have room. Those that were sent before are dropped by the topic, which knows their ids for four hours.</summary>
    /// <param name="events">What happened.</param>
    /// <param name="traceParent">W3C trace context of the command that it happened in; null where nobody records.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task SendAsync(IReadOnlyList<ControlPlaneEvent> events, string? traceParent, CancellationToken cancellation)
    {
        if (events.Count == 0)
            return;
        using var span = Spans.Continue(traceParent, $"send {name}", ActivityKind.Producer)
            ?.SetTag(Attributes.MessagingSystem, "servicebus")
            .SetTag(Attributes.MessagingOperation, "send")
            .SetTag(Attributes.Queue, name)
            .SetTag(Attributes.BatchCount, events.Count);
        var batch = await _sender.Value.CreateMessageBatchAsync(cancellation);
        foreach (var happened in events)
        {
            var message = await writer.WriteAsync(MessageOf(happened, span?.Id ?? traceParent), cancellation);
            if (batch.TryAddMessage(message))
                continue;
            await SendAsync(batch, cancellation);
            batch = await _sender.Value.CreateMessageBatchAsync(cancellation);
            if (!batch.TryAddMessage(message))
                throw new InvalidOperationException($"The event {happened.Id} is too large for the bus.");
        }

        await SendAsync(batch, cancellation);
    }

    public ValueTask DisposeAsync() => _sender.IsValueCreated ? _sender.Value.DisposeAsync() : ValueTask.CompletedTask;

    private async Task SendAsync(ServiceBusMessageBatch batch, CancellationToken cancellation)
    {
        using (batch)
        {
            await _sender.Value.SendMessagesAsync(batch, cancellation);
            for (var i = 0; i < batch.Count; i++)
                MessageMeasures.Sent(name!);
        }
    }

    private OutgoingMessage MessageOf(ControlPlaneEvent happened, string? traceParent) => new()
    {
        Queue = name!,
        Subject = happened.Type,
        Body = JsonSerializer.SerializeToUtf8Bytes(happened, EventJson.Default.ControlPlaneEvent),
        ContentType = BusContract.EventContent,
        MessageId = happened.Id,
        OperationId = happened.Data.CommandId,
        TraceParent = traceParent,
    };
}
