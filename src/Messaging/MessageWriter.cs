using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Messaging.Signing;
using Formae.Protocol.Bus;

namespace Formae.Messaging;

/// <summary>A message that is to be sent.</summary>
public sealed record OutgoingMessage
{
    /// <summary>The queue, or the topic, that it goes to: signed, so that it is taken nowhere else.</summary>
    public required string Queue { get; init; }

    /// <summary>What it is.</summary>
    public required string Subject { get; init; }

    /// <summary>Its body, in JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What its body is. Default: <c>application/json</c>.</summary>
    public string ContentType { get; init; } = MessageProperties.JsonContent;

    /// <summary>
    /// Its name: the bus drops a second message of the same one. There a tag of the key stands behind it, so that nobody without the key can take the name before it is sent. Default: one that
    /// no other message has.
    /// </summary>
    public string? MessageId { get; init; }

    /// <summary>The operation that it belongs to. Default: none.</summary>
    public string? OperationId { get; init; }

    /// <summary>Not delivered before. Default: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>After this it need not be delivered any more. Default: what the queue says.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>W3C trace context of the sender. Default: none.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>Makes messages: signed, and with a claim in the place of a body that is too large.</summary>
public sealed class MessageWriter(MessageKeys keys, PayloadStore payloads, TimeProvider time)
{
    /// <summary>The longest body that travels in a message. It leaves room for the properties below the bus's limit of 256 KB.</summary>
    public const int LargestBody = 200_000;

    /// <summary>Makes a message, and leaves its body as a payload where it is too large.</summary>
    /// <exception cref="PayloadException">The body is too large, and there is no place to leave it.</exception>
    public async ValueTask<ServiceBusMessage> WriteAsync(OutgoingMessage outgoing, CancellationToken cancellation)
    {
        var isLarge = outgoing.Body.Length > LargestBody;
        var body = isLarge
            ? JsonSerializer.SerializeToUtf8Bytes(await payloads.PutAsync(PayloadStore.Messages, outgoing.Body, cancellation).ConfigureAwait(false), BusJson.Default.PayloadClaim)
            : outgoing.Body;
        return Write(outgoing, body, isLarge ? MessageProperties.ClaimContent : outgoing.ContentType);
    }

    /// <summary>
    /// A message of the dead letters once more: valid from now on, under another name, since the bus would drop it under its old one. Whoever asks for it vouches for the
    /// message: see <see cref="MessageReader.IsGenuine"/>.
    /// </summary>
    public ServiceBusMessage WriteAgain(ServiceBusReceivedMessage letter, string queue) => Write(
        new OutgoingMessage { Queue = queue, Subject = letter.Subject, Body = letter.Body, OperationId = letter.CorrelationId, TraceParent = letter.ApplicationProperties.GetValueOrDefault(MessageProperties.TraceParent) as string },
        letter.Body,
        letter.ContentType);

    private ServiceBusMessage Write(OutgoingMessage outgoing, ReadOnlyMemory<byte> body, string contentType)
    {
        var now = time.GetUtcNow();
        var signing = keys.Signing;
        var notBefore = outgoing.NotBefore is { } given && given > now ? given : now;
        var message = new ServiceBusMessage(BinaryData.FromBytes(body))
        {
            To = outgoing.Queue,
            Subject = outgoing.Subject,
            MessageId = outgoing.MessageId is { } name ? MessageName.Of(name, outgoing.Queue, signing) : Guid.NewGuid().ToString("N"),
            CorrelationId = outgoing.OperationId,
            ContentType = contentType,
        };
        if (notBefore > now)
            message.ScheduledEnqueueTime = notBefore;
        if (outgoing.TimeToLive is { } timeToLive)
            message.TimeToLive = timeToLive;
        if (outgoing.TraceParent is { } traceParent)
            message.ApplicationProperties[MessageProperties.TraceParent] = message.ApplicationProperties[MessageProperties.DiagnosticId] = traceParent;
        var milliseconds = notBefore.ToUnixTimeMilliseconds();
        message.ApplicationProperties[MessageProperties.Contract] = (long)BusContract.Version;
        message.ApplicationProperties[MessageProperties.Time] = milliseconds;
        if (signing is { } key)
        {
            message.ApplicationProperties[MessageProperties.Key] = key.Id;
            message.ApplicationProperties[MessageProperties.Signature] = key.Sign(new MessageText
            {
                Queue = message.To,
                Subject = message.Subject,
                MessageId = message.MessageId,
                OperationId = message.CorrelationId,
                ContentType = contentType,
                Contract = BusContract.Version,
                Time = milliseconds,
                KeyId = key.Id,
                Body = body.Span,
            }.ToBytes().Span);
        }

        return message;
    }
}
