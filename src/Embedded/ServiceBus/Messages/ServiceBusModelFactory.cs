#nullable disable // as in the real package, whose members carry no annotations

using System.Collections.ObjectModel;

namespace Azure.Messaging.ServiceBus;

/// <summary>Makes the types that only the broker makes, for tests of handlers.</summary>
public static class ServiceBusModelFactory
{
    public static ServiceBusReceivedMessage ServiceBusReceivedMessage(BinaryData body = null, string messageId = null, string partitionKey = null, string viaPartitionKey = null, string sessionId = null, string replyToSessionId = null, TimeSpan timeToLive = default, string correlationId = null, string subject = null, string to = null, string contentType = null, string replyTo = null, DateTimeOffset scheduledEnqueueTime = default, IDictionary<string, object> properties = null, Guid lockTokenGuid = default, int deliveryCount = 0, DateTimeOffset lockedUntil = default, long sequenceNumber = -1, string deadLetterSource = null, long enqueuedSequenceNumber = 0, DateTimeOffset enqueuedTime = default, ServiceBusMessageState serviceBusMessageState = ServiceBusMessageState.Active) => new()
    {
        Body = body ?? BinaryData.Empty,
        MessageId = messageId,
        PartitionKey = partitionKey,
        TransactionPartitionKey = viaPartitionKey,
        SessionId = sessionId,
        ReplyToSessionId = replyToSessionId,
        TimeToLive = timeToLive == default ? TimeSpan.MaxValue : timeToLive,
        CorrelationId = correlationId,
        Subject = subject,
        To = to,
        ContentType = contentType,
        ReplyTo = replyTo,
        ScheduledEnqueueTime = scheduledEnqueueTime,
        ApplicationProperties = properties is null ? ReadOnlyDictionary<string, object>.Empty : new Dictionary<string, object>(properties).AsReadOnly(),
        LockTokenGuid = lockTokenGuid,
        DeliveryCount = deliveryCount,
        LockedUntil = lockedUntil,
        SequenceNumber = sequenceNumber,
        DeadLetterSource = deadLetterSource,
        EnqueuedSequenceNumber = enqueuedSequenceNumber,
        EnqueuedTime = enqueuedTime,
        State = serviceBusMessageState,
    };
}
