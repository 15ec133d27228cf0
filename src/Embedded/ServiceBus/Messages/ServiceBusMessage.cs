#nullable disable // as in the real package, whose members carry no annotations

namespace Azure.Messaging.ServiceBus;

/// <summary>A message on its way to a queue or topic.</summary>
public class ServiceBusMessage
{
    private BinaryData _body;
    private TimeSpan _timeToLive = TimeSpan.MaxValue;

    public ServiceBusMessage() : this(default(ReadOnlyMemory<byte>))
    {
    }

    public ServiceBusMessage(string body) : this(BinaryData.FromString(body))
    {
    }

    public ServiceBusMessage(ReadOnlyMemory<byte> body) : this(BinaryData.FromBytes(body))
    {
    }

    public ServiceBusMessage(BinaryData body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
    }

    /// <summary>A copy to send on: without what the broker added (delivery count, locks, the reason of dead-lettering).</summary>
    public ServiceBusMessage(ServiceBusReceivedMessage receivedMessage)
    {
        ArgumentNullException.ThrowIfNull(receivedMessage);
        _body = receivedMessage.Body;
        MessageId = receivedMessage.MessageId;
        PartitionKey = receivedMessage.PartitionKey;
        TransactionPartitionKey = receivedMessage.TransactionPartitionKey;
        SessionId = receivedMessage.SessionId;
        ReplyToSessionId = receivedMessage.ReplyToSessionId;
        _timeToLive = receivedMessage.TimeToLive;
        CorrelationId = receivedMessage.CorrelationId;
        Subject = receivedMessage.Subject;
        To = receivedMessage.To;
        ContentType = receivedMessage.ContentType;
        ReplyTo = receivedMessage.ReplyTo;
        ScheduledEnqueueTime = receivedMessage.ScheduledEnqueueTime;
        foreach (var (name, value) in receivedMessage.ApplicationProperties)
        {
            if (name is not (ServiceBusReceivedMessage.DeadLetterReasonProperty or ServiceBusReceivedMessage.DeadLetterDescriptionProperty))
                ApplicationProperties[name] = value;
        }
    }

    public BinaryData Body
    {
        get => _body;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _body = value;
        }
    }

    public string MessageId { get; set; }

    public string PartitionKey { get; set; }

    public string TransactionPartitionKey { get; set; }

    public string SessionId { get; set; }

    public string ReplyToSessionId { get; set; }

    public TimeSpan TimeToLive
    {
        get => _timeToLive;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            _timeToLive = value;
        }
    }

    public string CorrelationId { get; set; }

    public string Subject { get; set; }

    public string To { get; set; }

    public string ContentType { get; set; }

    public string ReplyTo { get; set; }

    public DateTimeOffset ScheduledEnqueueTime { get; set; }

    public IDictionary<string, object> ApplicationProperties { get; } = new Dictionary<string, object>();

    public override string ToString() => $"{{MessageId:{MessageId}}}";
}
