using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>Where a message stands. Only a ready one is handed out; one that is leaving waits for the commit that takes it away (or changes it).</summary>
internal enum Place : byte
{
    Ready,
    Locked,
    Deferred,
    Scheduled,
    Leaving,
    Gone,
}

/// <summary>A committed message in the broker's memory. Times are UTC ticks.</summary>
internal sealed class StoredMessage
{
    public required long SequenceNumber { get; set; }

    /// <summary>Null when it has to be read back from the file.</summary>
    public byte[]? Content { get; set; }

    public required int Size { get; set; }

    public Place Place { get; set; }

    /// <summary>Deferred messages go back to being deferred, not ready, when their lock ends.</summary>
    public bool IsDeferred { get; set; }

    public int DeliveryCount { get; set; }

    public long Enqueued { get; set; }

    /// <summary><see cref="long.MaxValue"/> when it never expires.</summary>
    public long Expires { get; set; } = long.MaxValue;

    /// <summary>When a scheduled message becomes active.</summary>
    public long Due { get; set; }

    public string? DeadLetterSource { get; set; }

    public long EnqueuedSequenceNumber { get; set; }

    public Guid LockToken { get; set; }

    public long LockedUntil { get; set; }

    public BrokerConnection? LockOwner { get; set; }

    public LinkedListNode<StoredMessage>? LockNode { get; set; }

    /// <summary>The delivery count in memory is ahead of the one in the file.</summary>
    public bool CountIsUnsaved { get; set; }

    public Delivery Describe() => new(
        SequenceNumber, EnqueuedSequenceNumber, At(Enqueued), DeliveryCount,
        Place == Place.Scheduled ? ServiceBusMessageState.Scheduled : IsDeferred ? ServiceBusMessageState.Deferred : ServiceBusMessageState.Active,
        LockToken, At(LockedUntil), DeadLetterSource);

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
