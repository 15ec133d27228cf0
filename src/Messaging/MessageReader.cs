using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Messaging.Signing;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Logging;

namespace Formae.Messaging;

/// <summary>Opens messages, and refuses what nobody of this control plane can have meant.</summary>
public sealed partial class MessageReader(MessageKeys keys, PayloadStore payloads, MessagingMetrics metrics, TimeProvider time, ILogger<MessageReader> logger)
{
    /// <summary>Opens a message. What is refused has been counted and logged; the caller sends it to the dead letters.</summary>
    /// <param name="message">The message.</param>
    /// <param name="kind">What the queue takes.</param>
    /// <param name="queue">The queue that it came from.</param>
    /// <param name="cancellation">Cancels.</param>
    public async ValueTask<Reading<T>> ReadAsync<T>(ServiceBusReceivedMessage message, MessageKind<T> kind, string queue, CancellationToken cancellation) where T : class
    {
        var envelope = new Envelope(message);
        if (Check(message, envelope, kind, queue) is { } refusal)
            return Refused<T>(message, refusal);

        PayloadClaim? claim = null;
        try
        {
            var body = message.Body;
            if (message.ContentType == MessageProperties.ClaimContent)
            {
                claim = JsonSerializer.Deserialize(body.ToMemory().Span, BusJson.Default.PayloadClaim) ?? throw new JsonException("null is no claim.");
                body = await payloads.GetAsync(claim, cancellation).ConfigureAwait(false);
            }

            return JsonSerializer.Deserialize(body.ToMemory().Span, kind.Json) is { } read
                ? new Reading<T>.Accepted(read, envelope.At ?? message.EnqueuedTime, claim)
                : Refused<T>(message, Refusals.Unreadable(kind.Subject, "it is null"));
        }
        catch (JsonException wrong)
        {
            return Refused<T>(message, Refusals.Unreadable(kind.Subject, string.IsNullOrEmpty(wrong.Path) ? "it is no JSON" : $"it is wrong at '{wrong.Path}'"));
        }
        catch (PayloadException gone)
        {
            return Refused<T>(message, Refusals.PayloadMissing(gone.Message));
        }
    }

    /// <summary>Refuses a message for what its body says.</summary>
    public Refusal Refuse(ServiceBusReceivedMessage message, RefusalReason reason, string description)
    {
        metrics.Refused(reason, message.Subject);
        LogRefused(message.MessageId, message.Subject, reason, description);
        return new Refusal(reason, description);
    }

    /// <summary>To be called when the message has been completed: nobody needs its payload any more. What cannot be removed now is removed by its age.</summary>
    public async ValueTask SettledAsync(PayloadClaim? payload)
    {
        if (payload is null)
            return;
        try
        {
            await payloads.DeleteAsync(payload.Name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or Azure.RequestFailedException)
        {
            LogLeft(payload.Name, wrong);
        }
    }

    /// <summary>Whether a message was signed by this control plane for this queue, however long ago. Where messages travel unsigned, every message is.</summary>
    public bool IsGenuine(ServiceBusReceivedMessage message, string queue) => keys.Signing is null || (message.To == queue && SignatureRefusal(message, new Envelope(message)) is null);

    private Refusal? Check<T>(ServiceBusReceivedMessage message, Envelope envelope, MessageKind<T> kind, string queue) where T : class
    {
        if (message.Subject != kind.Subject)
            return Refusals.UnknownKind(message.Subject, kind.Subject);
        if (envelope.Contract is { } contract && contract != BusContract.Version)
            return Refusals.ContractMismatch(contract);
        if (keys.Signing is not null)
        {
            if (SignatureRefusal(message, envelope) is { } wrong)
                return wrong;
            if (message.To != queue)
                return Refusals.WrongQueue(message.To, queue);
        }

        if (envelope.At is { } at)
        {
            var now = time.GetUtcNow();
            if (now > at + kind.Validity + MessageKinds.ClockSkew)
                return Refusals.Expired(at, kind.Validity);
            if (now < at - MessageKinds.ClockSkew)
                return Refusals.NotYetValid(at, now);
        }

        return message.DeliveryCount >= BusContract.MostDeliveries ? Refusals.Repeats(message.DeliveryCount) : null;
    }

    private Refusal? SignatureRefusal(ServiceBusReceivedMessage message, Envelope envelope)
    {
        if (envelope is not { Signature: { } signature, KeyId: { } keyId, Milliseconds: { } milliseconds, Contract: { } contract })
            return Refusals.Unsigned();
        if (keys.Find(keyId) is not { } key)
            return Refusals.UnknownKey(keyId, keys.Ids);
        var text = new MessageText
        {
            Queue = message.To,
            Subject = message.Subject,
            MessageId = message.MessageId,
            OperationId = message.CorrelationId,
            ContentType = message.ContentType,
            Contract = contract,
            Time = milliseconds,
            KeyId = keyId,
            Body = message.Body.ToMemory().Span,
        };
        return key.Verifies(text.ToBytes().Span, signature) ? null : Refusals.WrongSignature(keyId);
    }

    private Reading<T> Refused<T>(ServiceBusReceivedMessage message, Refusal refusal) where T : class =>
        new Reading<T>.Refused(Refuse(message, refusal.Reason, refusal.Description));

    [LoggerMessage(EventId = 4510, Level = LogLevel.Warning, Message = "Message {MessageId} ({Subject}) goes to the dead letters: {Reason}: {Description}")]
    private partial void LogRefused(string messageId, string subject, RefusalReason reason, string description);

    [LoggerMessage(EventId = 4511, Level = LogLevel.Warning, Message = "The payload {Name} of a message that is done could not be removed; it is removed by its age")]
    private partial void LogLeft(string name, Exception exception);

    /// <summary>The properties of a message, as far as they are what they should be.</summary>
    private readonly struct Envelope(ServiceBusReceivedMessage message)
    {
        // Everything before the year 10000.
        private const long LatestMilliseconds = 253_402_300_799_999;

        public string? Signature { get; } = message.ApplicationProperties.GetValueOrDefault(MessageProperties.Signature) as string;

        public string? KeyId { get; } = message.ApplicationProperties.GetValueOrDefault(MessageProperties.Key) as string;

        public long? Contract { get; } = Number(message, MessageProperties.Contract);

        public long? Milliseconds { get; } = Number(message, MessageProperties.Time) is { } time and >= 0 and <= LatestMilliseconds ? time : null;

        public DateTimeOffset? At => Milliseconds is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

        /// <summary>Languages without types of numbers may send either.</summary>
        private static long? Number(ServiceBusReceivedMessage message, string name) => message.ApplicationProperties.GetValueOrDefault(name) switch
        {
            long number => number,
            int number => number,
            _ => null,
        };
    }
}
