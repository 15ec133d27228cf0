using Formae.Embedded.DurableTask.Messages;

namespace Formae.Embedded.DurableTask;

/// <summary>
/// An instance or an entity as one that gets messages: they gather while it works, it works on all of them at once, and never on two things at a time.
/// </summary>
internal abstract class Inbox(string id)
{
    private readonly Lock _lock = new();
    private List<Message> _waiting = [];
    private Phase _phase;

    private enum Phase
    {
        Idle,
        Ready,
        Working,
        Closed,
    }

    public string Id { get; } = id;

    /// <summary>How many messages wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Its place among the idle ones that are kept in memory.</summary>
    public LinkedListNode<Inbox>? Place { get; set; }

    /// <summary>Takes a message in; false when this inbox is closed. <paramref name="becameReady"/> asks the caller to line it up for work.</summary>
    public bool Post(Message message, out bool becameReady)
    {
        lock (_lock)
        {
            becameReady = _phase == Phase.Idle;
            if (_phase == Phase.Closed)
                return false;
            _waiting.Add(message);
            if (becameReady)
                _phase = Phase.Ready;
            return true;
        }
    }

    /// <summary>Begins work on everything that waits.</summary>
    public List<Message> Take()
    {
        lock (_lock)
        {
            _phase = Phase.Working;
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    /// <summary>Ends work. True when there is more to do: the caller lines it up again.</summary>
    /// <param name="left">What could not be worked on yet; it goes before what came meanwhile.</param>
    /// <param name="again">Work on <paramref name="left"/> at once, even if nothing new came.</param>
    public bool Release(List<Message> left, bool again)
    {
        lock (_lock)
        {
            var more = again || _waiting.Count > 0;
            if (left.Count > 0)
            {
                left.AddRange(_waiting);
                _waiting = left;
            }

            _phase = more ? Phase.Ready : Phase.Idle;
            return more;
        }
    }

    /// <summary>Takes no more messages; returns those that came too late.</summary>
    public List<Message> Close()
    {
        lock (_lock)
        {
            _phase = Phase.Closed;
            var late = _waiting;
            _waiting = [];
            return late;
        }
    }

    /// <summary>Runs <paramref name="action"/> if nobody works on it now; with <paramref name="close"/> only when nothing waits, and it takes no more messages.</summary>
    public bool WhenIdle(Action action, bool close)
    {
        lock (_lock)
        {
            if (_phase != Phase.Idle || (close && _waiting.Count > 0))
                return false;
            action();
            if (close)
                _phase = Phase.Closed;
            return true;
        }
    }
}

/// <summary>Remembers which idle ones were used last, and lets the longest unused go when there are too many.</summary>
internal sealed class IdleCache(int capacity, Action<Inbox> letGo)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Inbox> _order = new();

    public void Touch(Inbox inbox)
    {
        Inbox? oldest = null;
        lock (_lock)
        {
            if (inbox.Place is { List: not null } place)
            {
                _order.Remove(place);
                _order.AddFirst(place);
                return;
            }

            inbox.Place = _order.AddFirst(inbox);
            if (_order.Count > capacity)
            {
                oldest = _order.Last!.Value;
                _order.RemoveLast();
                oldest.Place = null;
            }
        }

        // Outside the lock: letting go asks the inbox whether it is idle.
        if (oldest is not null)
            letGo(oldest);
    }

    public void Forget(Inbox inbox)
    {
        lock (_lock)
        {
            if (inbox.Place is { List: not null } place)
                _order.Remove(place);
            inbox.Place = null;
        }
    }
}
