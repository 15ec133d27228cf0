namespace Formae.Embedded.ServiceBus;

/// <summary>The message ids that an entity has seen within its window.</summary>
internal sealed class DuplicateHistory
{
    private static readonly TimeSpan BetweenCleanings = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, long> _until = new(StringComparer.Ordinal);
    private readonly Queue<(string MessageId, long Until)> _order = new();
    private bool _forgotten;
    private long _nextCleaning;

    public int Count => _until.Count;

    /// <summary>False when the id was seen within the window; otherwise it counts as seen from now on.</summary>
    public bool TryRemember(string messageId, long until) => _until.TryAdd(messageId, until) && Enqueue(messageId, until);

    /// <summary>Forgets what is out of the window. True when it is time to forget it in the file too: now and then, not at every send.</summary>
    public bool Prune(long now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _order.Dequeue();
            if (_until.TryGetValue(oldest.MessageId, out var until) && until == oldest.Until)
            {
                _until.Remove(oldest.MessageId);
                _forgotten = true;
            }
        }

        if (!_forgotten || now < _nextCleaning)
            return false;
        _forgotten = false;
        _nextCleaning = now + BetweenCleanings.Ticks;
        return true;
    }

    /// <summary>The message was not stored after all.</summary>
    public void Forget(string messageId) => _until.Remove(messageId);

    private bool Enqueue(string messageId, long until)
    {
        _order.Enqueue((messageId, until));
        return true;
    }
}
