using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Functions;

/// <summary>The one sender for each queue that the app sends to.</summary>
internal sealed class BusSenders(ServiceBusClient client)
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.OrdinalIgnoreCase);

    // A name of its own for every message: the bus must not take a batch for a repetition because its first report is one.
    public static ServiceBusMessage Message(string subject, BinaryData body) =>
        new(body) { Subject = subject, ContentType = "application/json", MessageId = Guid.NewGuid().ToString("N") };

    public Task SendReportsAsync(string queue, BinaryData body) => SendAsync(queue, Message(BusContract.ReportSubject, body), CancellationToken.None);

    public Task SendAsync(string queue, ServiceBusMessage message, CancellationToken cancellationToken) =>
        _senders.GetOrAdd(queue, client.CreateSender).SendMessageAsync(message, cancellationToken);
}
