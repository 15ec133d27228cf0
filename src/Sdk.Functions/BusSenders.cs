using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Sdk.Functions;

/// <summary>The one sender for each queue that the app sends to.</summary>
internal sealed class BusSenders(ServiceBusClient client, MessageWriter writer)
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.OrdinalIgnoreCase);

    // No message has a computed name: the bus must not take a batch for a repetition because its first report is one.
    public Task SendReportsAsync(string queue, BinaryData body) =>
        SendAsync(new OutgoingMessage { Queue = queue, Subject = BusContract.ReportSubject, Body = body.ToMemory(), TraceParent = Spans.AreRecorded ? Activity.Current?.Id : null }, CancellationToken.None);

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var sender = _senders.GetOrAdd(message.Queue, client.CreateSender);
        await sender.SendMessageAsync(await writer.WriteAsync(message, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        MessageMeasures.Sent(message.Queue);
    }
}
