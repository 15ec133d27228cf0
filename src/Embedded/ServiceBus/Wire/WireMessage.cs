using System.Collections.ObjectModel;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// The bytes of a message: made once by the sender, stored as they are, read by the receiver. What the broker must know stands first
/// (time to live, schedule, id, application properties), so that it need not read the rest.
/// </summary>
internal static class WireMessage
{
    /// <summary>The largest message and the largest batch, properties included.</summary>
    public const int LargestSize = 262_144;

    private const byte Version = 1;

    [ThreadStatic]
    private static WireWriter? _scratch;

    public static byte[] Encode(ServiceBusMessage message)
    {
        var writer = _scratch ??= new WireWriter(4096);
        writer.Reset();
        writer.Byte(Version);
        writer.Int64(message.TimeToLive == TimeSpan.MaxValue ? long.MaxValue : message.TimeToLive.Ticks);
        writer.Int64(message.ScheduledEnqueueTime == default ? 0 : message.ScheduledEnqueueTime.UtcTicks);
        // A repeated send must repeat the id too, so a message without one gets it before its first try.
        writer.Text(string.IsNullOrEmpty(message.MessageId) ? Guid.NewGuid().ToString("N") : message.MessageId);
        var properties = writer.BeginLength();
        PropertyValues.WriteAll(writer, message.ApplicationProperties, message.ApplicationProperties.Count);
        writer.EndLength(properties);
        writer.Text(message.CorrelationId);
        writer.Text(message.Subject);
        writer.Text(message.To);
        writer.Text(message.ReplyTo);
        writer.Text(message.ContentType);
        writer.Text(message.SessionId);
        writer.Text(message.ReplyToSessionId);
        writer.Text(message.PartitionKey);
        writer.Text(message.TransactionPartitionKey);
        writer.Raw(message.Body.ToMemory().Span);
        return writer.ToArray();
    }

    public static ServiceBusReceivedMessage Decode(in Delivery delivery, byte[] content)
    {
        var reader = new WireReader(content);
        var head = ReadHead(ref reader);
        var block = new WireReader(reader.Bytes());
        var properties = PropertyValues.ReadAll(ref block);
        return new ServiceBusReceivedMessage
        {
            TimeToLive = head.TimeToLive,
            ScheduledEnqueueTime = head.ScheduledEnqueueTime,
            MessageId = head.MessageId,
            ApplicationProperties = properties.Count == 0 ? ReadOnlyDictionary<string, object>.Empty : properties.AsReadOnly(),
            CorrelationId = reader.TextOrNull(),
            Subject = reader.TextOrNull(),
            To = reader.TextOrNull(),
            ReplyTo = reader.TextOrNull(),
            ContentType = reader.TextOrNull(),
            SessionId = reader.TextOrNull(),
            ReplyToSessionId = reader.TextOrNull(),
            PartitionKey = reader.TextOrNull(),
            TransactionPartitionKey = reader.TextOrNull(),
            Body = BinaryData.FromBytes(content.AsMemory(reader.Position)),
            SequenceNumber = delivery.SequenceNumber,
            EnqueuedSequenceNumber = delivery.EnqueuedSequenceNumber,
            EnqueuedTime = delivery.EnqueuedTime,
            DeliveryCount = delivery.DeliveryCount,
            State = delivery.State,
            LockTokenGuid = delivery.LockToken,
            LockedUntil = delivery.LockedUntil,
            DeadLetterSource = delivery.DeadLetterSource,
        };
    }

    public static MessageHead ReadHead(ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(content);
        return ReadHead(ref reader);
    }

    /// <summary>Throws unless every part that the broker or a receiver reads is there: a malformed message must not get into the file.</summary>
    public static void Check(ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(content);
        _ = ReadHead(ref reader);
        var block = new WireReader(reader.Bytes());
        for (var count = block.Count(smallestItem: 5); count > 0; count--)
            _ = PropertyValues.Read(ref block);
        for (var text = 0; text < 9; text++)
            reader.SkipText();
    }

    /// <summary>What rules look at.</summary>
    public static MessageTraits ReadTraits(ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(content);
        var head = ReadHead(ref reader);
        var block = new WireReader(reader.Bytes());
        var properties = PropertyValues.ReadAll(ref block);
        var correlationId = reader.TextOrNull();
        var subject = reader.TextOrNull();
        var to = reader.TextOrNull();
        var replyTo = reader.TextOrNull();
        var contentType = reader.TextOrNull();
        return new MessageTraits(head.MessageId, correlationId, subject, to, replyTo, contentType, reader.TextOrNull(), reader.TextOrNull(), properties);
    }

    /// <summary>The same message with these application properties set.</summary>
    public static byte[] WithProperties(byte[] content, IReadOnlyDictionary<string, object> changes)
    {
        var reader = new WireReader(content);
        _ = ReadHead(ref reader);
        var headLength = reader.Position;
        var block = new WireReader(reader.Bytes());
        var properties = PropertyValues.ReadAll(ref block);
        foreach (var (name, value) in changes)
            properties[name] = value;

        var writer = new WireWriter(content.Length + 256);
        writer.Raw(content.AsSpan(0, headLength));
        var length = writer.BeginLength();
        PropertyValues.WriteAll(writer, properties, properties.Count);
        writer.EndLength(length);
        writer.Raw(reader.Rest());
        return writer.ToArray();
    }

    private static MessageHead ReadHead(ref WireReader reader)
    {
        if (reader.Byte() is var version && version != Version)
            throw new WireFormatException($"The message has the unknown version {version}.");
        var timeToLive = reader.Int64();
        if (timeToLive <= 0)
            throw new WireFormatException("The message has no time to live.");
        return new MessageHead(new TimeSpan(timeToLive), reader.Time(), reader.Text());
    }
}

internal readonly record struct MessageHead(TimeSpan TimeToLive, DateTimeOffset ScheduledEnqueueTime, string MessageId);

internal sealed record MessageTraits(
    string MessageId, string? CorrelationId, string? Subject, string? To, string? ReplyTo, string? ContentType, string? SessionId, string? ReplyToSessionId, Dictionary<string, object> Properties);

/// <summary>What the broker says about a message beside its content.</summary>
internal readonly record struct Delivery(
    long SequenceNumber,
    long EnqueuedSequenceNumber,
    DateTimeOffset EnqueuedTime,
    int DeliveryCount,
    ServiceBusMessageState State,
    Guid LockToken,
    DateTimeOffset LockedUntil,
    string? DeadLetterSource)
{
    public void Write(WireWriter writer)
    {
        writer.Int64(SequenceNumber);
        writer.Int64(EnqueuedSequenceNumber);
        writer.Int64(EnqueuedTime.UtcTicks);
        writer.Int32(DeliveryCount);
        writer.Byte((byte)State);
        writer.Guid(LockToken);
        writer.Int64(LockedUntil.UtcTicks);
        writer.Text(DeadLetterSource);
    }

    public static Delivery Read(ref WireReader reader) => new(
        reader.Int64(), reader.Int64(), reader.Time(), reader.Int32(), (ServiceBusMessageState)reader.Byte(), reader.Guid(), reader.Time(), reader.TextOrNull());
}
