using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Coordination.Bus;

/// <summary>Puts requests on the queue of the plugin that serves them. Nothing else in the control plane knows a queue of a plugin.</summary>
public sealed class OperationDispatch(ServiceBusClient client, PluginCatalog catalog, MessageWriter writer) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Sends a request.</summary>
    /// <param name="namespace">The plugin's namespace.</param>
    /// <param name="request">What to do.</param>
    /// <param name="at">When it is to be delivered; the past and the present are now.</param>
    /// <param name="now">The present.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Null, or why it could not be sent.</returns>
    public async Task<Problem?> SendAsync(string @namespace, OperationRequest request, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellation) =>
        (await SendAsync(@namespace, request, at, now, isRevocable: false, cancellation)).Problem;

    /// <summary>Sends a request that can be withdrawn until it is delivered, if that is not at once.</summary>
    public Task<(Problem? Problem, ScheduledRequest? Scheduled)> SendRevocablyAsync(string @namespace, OperationRequest request, DateTimeOffset at, DateTimeOffset now, CancellationToken cancellation) =>
        SendAsync(@namespace, request, at, now, isRevocable: true, cancellation);

    /// <summary>Takes a request back. One that the bus has delivered already, or never knew under this number, stays as it is.</summary>
    public async Task WithdrawAsync(ScheduledRequest scheduled, CancellationToken cancellation)
    {
        try
        {
            await SenderOf(scheduled.Queue).CancelScheduledMessageAsync(scheduled.Number, cancellation);
        }
        catch (ServiceBusException e) when (e.Reason is ServiceBusFailureReason.MessageNotFound or ServiceBusFailureReason.MessagingEntityNotFound)
        {
            // On its way; or its queue is gone, and the message with it.
        }
    }

    private async Task<(Problem? Problem, ScheduledRequest? Scheduled)> SendAsync(
        string @namespace, OperationRequest request, DateTimeOffset at, DateTimeOffset now, bool isRevocable, CancellationToken cancellation)
    {
        if (catalog.QueueOf(@namespace) is null)
            await catalog.RefreshAsync(cancellation);
        if (catalog.QueueOf(@namespace) is not { } queue)
            return (new Problem { Code = ProblemCodes.PluginNotFound, Message = $"No plugin serves the namespace '{@namespace}' of {request.Label}." }, null);
        using var span = MessageSpans.Send(request, queue);
        if (span is not null)
            request = request with { TraceParent = span.Id };
        ServiceBusMessage message;
        try
        {
            message = await writer.WriteAsync(OutgoingMessageOf(queue, request, at, now), cancellation);
        }
        catch (PayloadException nowhere)
        {
            return (new Problem { Code = ProblemCodes.InvalidRequest, Message = $"{request.Label} is too large to be sent to its plugin. {nowhere.Message}" }, null);
        }

        ScheduledRequest? scheduled = null;
        if (isRevocable && message.ScheduledEnqueueTime > now)
            scheduled = new ScheduledRequest(queue, await SenderOf(queue).ScheduleMessageAsync(message, message.ScheduledEnqueueTime, cancellation), message.MessageId) { Request = request.MessageId };
        else
            await SenderOf(queue).SendMessageAsync(message, cancellation);
        MessageMeasures.Sent(queue);
        return (null, scheduled);
    }

    private ServiceBusSender SenderOf(string queue) => _senders.GetOrAdd(queue, static (name, bus) => bus.CreateSender(name), client);

    private static OutgoingMessage OutgoingMessageOf(string queue, OperationRequest request, DateTimeOffset at, DateTimeOffset now) => new()
    {
        Queue = queue,
        Subject = BusContract.RequestSubject,
        Body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest),
        MessageId = request.MessageId,
        OperationId = request.OperationId,

        // No message is valid for longer than the bus knows it by.
        NotBefore = at <= now ? null : at - now < MessageKinds.FarthestStart ? at : now + MessageKinds.FarthestStart,
        TraceParent = request.TraceParent,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
    }
}

/// <summary>A request that is not delivered yet, as the bus knows it.</summary>
/// <param name="Queue">The plugin's queue.</param>
/// <param name="Number">What the bus calls it until it is delivered.</param>
/// <param name="MessageId">Its name.</param>
public sealed record ScheduledRequest(string Queue, long Number, string MessageId)
{
    /// <summary>Which request it is. When another key signs, the same one has another name. Absent from those of older versions.</summary>
    public string? Request { get; init; }
}
