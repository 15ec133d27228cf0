#nullable disable // as in the real package, whose members carry no annotations

using System.Collections.ObjectModel;
using System.Globalization;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message as the broker delivered it.</summary>
public class ServiceBusReceivedMessage
{
    internal const string DeadLetterReasonProperty = "DeadLetterReason";
    internal const string DeadLetterDescriptionProperty = "DeadLetterErrorDescription";

    private long _lockedUntilTicks;

    internal ServiceBusReceivedMessage()
    {
    }

    public BinaryData Body { get; internal init; } = BinaryData.Empty;

    public string MessageId { get; internal init; }

    public string PartitionKey { get; internal init; }

    public string TransactionPartitionKey { get; internal init; }

    public string SessionId { get; internal init; }

    public string ReplyToSessionId { get; internal init; }

    public TimeSpan TimeToLive { get; internal init; } = TimeSpan.MaxValue;

    public string CorrelationId { get; internal init; }

    public string Subject { get; internal init; }

    public string To { get; internal init; }

    public string ContentType { get; internal init; }

    public string ReplyTo { get; internal init; }

    public DateTimeOffset ScheduledEnqueueTime { get; internal init; }

    public IReadOnlyDictionary<string, object> ApplicationProperties { get; internal init; } = ReadOnlyDictionary<string, object>.Empty;

    public string LockToken => LockTokenGuid.ToString();

    public int DeliveryCount { get; internal init; }

    public DateTimeOffset LockedUntil
    {
        get => new(Volatile.Read(ref _lockedUntilTicks), TimeSpan.Zero);
        internal set => Volatile.Write(ref _lockedUntilTicks, value.UtcTicks);
    }

    public long SequenceNumber { get; internal init; } = -1;

    public string DeadLetterSource { get; internal init; }

    public long EnqueuedSequenceNumber { get; internal init; }

    public DateTimeOffset EnqueuedTime { get; internal init; }

    public DateTimeOffset ExpiresAt => TimeToLive >= DateTimeOffset.MaxValue - EnqueuedTime ? DateTimeOffset.MaxValue : EnqueuedTime + TimeToLive;

    public ServiceBusMessageState State { get; internal init; }

    public string DeadLetterReason => TextProperty(DeadLetterReasonProperty);

    public string DeadLetterErrorDescription => TextProperty(DeadLetterDescriptionProperty);

    internal Guid LockTokenGuid { get; init; }

    /// <summary>True from the moment a settlement was answered: nobody renews or settles it again.</summary>
    internal bool IsSettled { get; set; }

    public override string ToString() => $"{{MessageId:{MessageId}, SequenceNumber:{SequenceNumber.ToString(CultureInfo.InvariantCulture)}}}";

    private string TextProperty(string name) => ApplicationProperties.TryGetValue(name, out var value) ? value as string : null;
}
