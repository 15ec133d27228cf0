using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Functions;

/// <summary>The one sender for each queue that the app sends to.</summary>
internal sealed class BusSenders(ServiceBusClient client)
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.OrdinalIgnoreCase);

    public Task SendReportsAsync(string queue, BinaryData body) => SendAsync(queue, BusContract.ReportSubject, body, CancellationToken.None);

    // A name of its own for every message: the bus must not take a batch for a repetition because its first report is one.
    public Task SendAsync(string queue, string subject, BinaryData body, CancellationToken cancellationToken) =>
        _senders.GetOrAdd(queue, client.CreateSender).SendMessageAsync(
            new ServiceBusMessage(body) { Subject = subject, ContentType = "application/json", MessageId = Guid.NewGuid().ToString("N") },
            cancellationToken);
}
