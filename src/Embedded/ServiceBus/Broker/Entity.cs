namespace Formae.Embedded.ServiceBus;

/// <summary>What messages can be sent to: a queue or a topic. Guarded by the bus's lock, as all its kind.</summary>
internal abstract class Entity(long id, string path, QueueProperties properties)
{
    private const int SequenceBits = 40;

    public const long LargestSequenceNumber = (1L << SequenceBits) - 1;

    private static readonly Comparer<StoredMessage> ByDue = Comparer<StoredMessage>.Create((a, b) =>
        a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.SequenceNumber.CompareTo(b.SequenceNumber));

    public long Id => id;

    public string Path => path;

    public QueueProperties Properties { get; set; } = properties;

    /// <summary>Sequence numbers begin at 1 and are never used twice, whatever is killed when.</summary>
    public long NextSequenceNumber { get; set; } = 1;

    public DuplicateHistory History { get; } = new();

    public SortedSet<StoredMessage> Scheduled { get; } = new(ByDue);

    /// <summary>Whether clients may send to it: not to a subscription or a dead-letter queue.</summary>
    public virtual bool TakesMessages => true;

    /// <summary>The key of a message's row: the entity and the sequence number in one integer, so that a queue's rows lie side by side in order.</summary>
    public long RowOf(long sequenceNumber) => (id << SequenceBits) | sequenceNumber;

    public static (long Entity, long SequenceNumber) FromRow(long row) => (row >> SequenceBits, row & LargestSequenceNumber);

    /// <summary>The next moment at which something happens here by itself.</summary>
    public virtual long NextDue() => Scheduled.Min?.Due ?? long.MaxValue;
}

internal sealed class Topic(long id, string path, QueueProperties properties) : Entity(id, path, properties)
{
    public Dictionary<string, Subscription> Subscriptions { get; } = new(StringComparer.OrdinalIgnoreCase);
}

internal sealed record Subscription(MessageQueue Queue, IReadOnlyList<RuleFilter> Rules)
{
    public bool Wants(MessageTraits message) => Rules.Count == 0 || Rules.Any(rule => rule.Matches(message));
}
