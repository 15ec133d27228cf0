using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Bus;

/// <summary>Puts requests on the queue of the plugin that serves them. Nothing else in the control plane knows a queue of a plugin.</summary>
public sealed class OperationDispatch(ServiceBusClient client, PluginCatalog catalog) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <param name="namespace">The plugin's namespace.</param>
    /// <param name="request">What to do.</param>
    /// <param name="at">When it is to be delivered; the past and the present are now.</param>
    /// <param name="now">The present.</param>
    /// <returns>False when no plugin serves the namespace.</returns>
    public async Task<bool> SendAsync(string @namespace, OperationRequest request, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellation)
    {
        if (catalog.Find(@namespace) is null)
            await catalog.RefreshAsync(cancellation);
        if (catalog.Find(@namespace) is not { } plugin)
            return false;

        var message = new ServiceBusMessage(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest)))
        {
            MessageId = request.MessageId,
            CorrelationId = request.OperationId,
            Subject = BusContract.RequestSubject,
            ContentType = "application/json",
        };
        if (at > now)
            message.ScheduledEnqueueTime = at;
        var sender = _senders.GetOrAdd(plugin.Announcement.RequestQueue, static (queue, bus) => bus.CreateSender(queue), client);
        await sender.SendMessageAsync(message, cancellation);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
    }
}
