namespace Formae.Embedded.ServiceBus;

/// <summary>
/// What messages can be received from: a queue, a subscription, or the dead-letter queue of either. Holds where each message stands
/// and in which order they go out; it decides nothing about the file or the network.
/// </summary>
internal sealed class MessageQueue(long id, string path, QueueProperties properties, MessageQueue? deadLetters, bool takesMessages) : Entity(id, path, properties)
{
    private static readonly Comparer<StoredMessage> ByExpiry = Comparer<StoredMessage>.Create((a, b) =>
        a.Expires != b.Expires ? a.Expires.CompareTo(b.Expires) : a.SequenceNumber.CompareTo(b.SequenceNumber));

    private readonly Dictionary<long, StoredMessage> _messages = [];
    private readonly Queue<StoredMessage> _fresh = new();
    private readonly PriorityQueue<StoredMessage, long> _returned = new();
    private readonly Dictionary<Guid, StoredMessage> _byToken = [];
    private readonly LinkedList<StoredMessage> _byLockEnd = new();
    private readonly SortedSet<StoredMessage> _expiring = new(ByExpiry);

    /// <summary>Null for a dead-letter queue: nothing leaves it but by a receiver's will.</summary>
    public MessageQueue? DeadLetters => deadLetters;

    public override bool TakesMessages => takesMessages;

    public LinkedList<PendingReceive> Receivers { get; } = new();

    public int Count => _messages.Count;

    public IEnumerable<StoredMessage> Messages => _messages.Values;

    public int DeferredCount { get; private set; }

    public IEnumerable<StoredMessage> Locked => _byLockEnd;

    public StoredMessage? Find(long sequenceNumber) => _messages.GetValueOrDefault(sequenceNumber);

    public StoredMessage? FindLocked(Guid token) => _byToken.GetValueOrDefault(token);

    /// <summary>Takes in a message that is committed; its <see cref="StoredMessage.Place"/> says where it belongs.</summary>
    public void Add(StoredMessage message)
    {
        _messages.Add(message.SequenceNumber, message);
        if (message.Place == Place.Scheduled)
        {
            Scheduled.Add(message);
            return;
        }

        if (message.Expires != long.MaxValue)
            _expiring.Add(message);
        if (message.Place == Place.Deferred)
            DeferredCount++;
        else
            _fresh.Enqueue(message);
    }

    /// <summary>Takes a message out for good.</summary>
    public void Remove(StoredMessage message)
    {
        Detach(message);
        _expiring.Remove(message);
        Scheduled.Remove(message);
        _messages.Remove(message.SequenceNumber);
        message.Place = Place.Gone;
    }

    /// <summary>The oldest ready message, or null. It stays where it is.</summary>
    public StoredMessage? FirstReady()
    {
        while (_fresh.TryPeek(out var fresh) && fresh.Place != Place.Ready)
            _fresh.Dequeue();
        while (_returned.TryPeek(out var returned, out _) && returned.Place != Place.Ready)
            _returned.Dequeue();
        var hasFresh = _fresh.TryPeek(out var first);
        return _returned.TryPeek(out var back, out var number) && (!hasFresh || number < first!.SequenceNumber) ? back : first;
    }

    /// <summary>From ready or deferred to locked.</summary>
    public void Lock(StoredMessage message, BrokerConnection owner, Guid token, long until)
    {
        if (_fresh.TryPeek(out var fresh) && fresh == message)
            _fresh.Dequeue();
        else if (_returned.TryPeek(out var returned, out _) && returned == message)
            _returned.Dequeue();
        Detach(message);
        message.Place = Place.Locked;
        message.DeliveryCount++;
        message.LockToken = token;
        message.LockOwner = owner;
        _byToken.Add(token, message);
        message.LockNode = new LinkedListNode<StoredMessage>(message);
        PlaceByLockEnd(message, until);
    }

    public void Renew(StoredMessage message, long until)
    {
        _byLockEnd.Remove(message.LockNode!);
        PlaceByLockEnd(message, until);
    }

    /// <summary>The first lock that has ended by <paramref name="now"/>, or null.</summary>
    public StoredMessage? FirstEndedLock(long now) => _byLockEnd.First?.Value is { } message && message.LockedUntil <= now ? message : null;

    /// <summary>The first message whose time to live is over and that nobody holds, or null.</summary>
    public StoredMessage? FirstExpired(long now)
    {
        foreach (var message in _expiring)
        {
            if (message.Expires > now)
                return null;
            if (message.Place is Place.Ready or Place.Deferred)
                return message;
        }

        return null;
    }

    /// <summary>Out of reach until a commit is answered.</summary>
    public void Leave(StoredMessage message)
    {
        Detach(message);
        Scheduled.Remove(message);
        message.Place = Place.Leaving;
    }

    /// <summary>Back from locked or leaving: ready, or deferred when that is where it came from.</summary>
    public void Return(StoredMessage message)
    {
        Detach(message);
        if (message.IsDeferred)
        {
            message.Place = Place.Deferred;
            DeferredCount++;
            return;
        }

        message.Place = Place.Ready;
        _returned.Enqueue(message, message.SequenceNumber);
    }

    public override long NextDue()
    {
        var due = base.NextDue();
        if (_byLockEnd.First?.Value.LockedUntil is { } lockEnd && lockEnd < due)
            due = lockEnd;
        foreach (var message in _expiring)
        {
            // A held message expires when it comes back; it must not make the clock tick for nothing.
            if (message.Expires >= due || message.Place is Place.Ready or Place.Deferred)
                return Math.Min(due, message.Expires);
        }

        return due;
    }

    private void Detach(StoredMessage message)
    {
        if (message.LockNode is { } node)
        {
            _byLockEnd.Remove(node);
            _byToken.Remove(message.LockToken);
            message.LockNode = null;
            message.LockOwner = null;
            message.LockToken = default;
            message.LockedUntil = 0;
        }

        if (message.Place == Place.Deferred)
            DeferredCount--;
    }

    /// <summary>Locks last equally long, so this is the end of the list unless the lock duration was just changed.</summary>
    private void PlaceByLockEnd(StoredMessage message, long until)
    {
        message.LockedUntil = until;
        var before = _byLockEnd.Last;
        while (before is not null && before.Value.LockedUntil > until)
            before = before.Previous;
        if (before is null)
            _byLockEnd.AddFirst(message.LockNode!);
        else
            _byLockEnd.AddAfter(before, message.LockNode!);
    }
}
