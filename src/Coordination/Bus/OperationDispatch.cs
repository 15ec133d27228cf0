using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Bus;

/// <summary>Puts requests on the queue of the plugin that serves them. Nothing else in the control plane knows a queue of a plugin.</summary>
public sealed class OperationDispatch(ServiceBusClient client, PluginCatalog catalog) : IAsyncDisposable
{
    /// <summary>What a message of the bus may hold, less the room for its own properties.</summary>
    public const int LargestBody = 250_000;

    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <param name="namespace">The plugin's namespace.</param>
    /// <param name="request">What to do.</param>
    /// <param name="at">When it is to be delivered; the past and the present are now.</param>
    /// <param name="now">The present.</param>
    /// <returns>Null, or why it could not be sent.</returns>
    public async Task<Problem?> SendAsync(string @namespace, OperationRequest request, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellation)
    {
        if (catalog.QueueOf(@namespace) is null)
            await catalog.RefreshAsync(cancellation);
        if (catalog.QueueOf(@namespace) is not { } queue)
            return new Problem { Code = ProblemCodes.PluginNotFound, Message = $"No plugin serves the namespace '{@namespace}' of {request.Label}." };
        using var span = MessageSpans.Send(request, queue);
        if (span is not null)
            request = request with { TraceParent = span.Id };
        var body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest);
        if (body.Length > LargestBody)
        {
            return new Problem
            {
                Code = ProblemCodes.InvalidRequest,
                Message = $"The request has {body.Length:N0} bytes and a message holds {LargestBody:N0}: {request.Label} is too large to be managed.",
            };
        }

        var message = new ServiceBusMessage(BinaryData.FromBytes(body))
        {
            MessageId = request.MessageId,
            CorrelationId = request.OperationId,
            Subject = BusContract.RequestSubject,
            ContentType = "application/json",
        };
        if (at > now)
            message.ScheduledEnqueueTime = at;
        var sender = _senders.GetOrAdd(queue, static (queue, bus) => bus.CreateSender(queue), client);
        await sender.SendMessageAsync(message, cancellation);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
    }
}
