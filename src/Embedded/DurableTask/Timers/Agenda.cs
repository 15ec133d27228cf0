using Formae.Embedded.DurableTask.Messages;

namespace Formae.Embedded.DurableTask.Timers;

/// <summary>The messages that may not be seen yet, on one timer: nothing runs until the earliest is due.</summary>
internal sealed class Agenda : IDisposable
{
    // Within what a timer of the system can wait for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(20);

    private static readonly long ClockJump = TimeSpan.FromMilliseconds(100).Ticks;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action<Message> _deliver;
    private readonly PriorityQueue<Message, (long Due, long Id)> _waiting = new();
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private int _withdrawn;
    private bool _isRunning;

    public Agenda(TimeProvider time, Action<Message> deliver)
    {
        _time = time;
        _deliver = deliver;
        _timer = time.CreateTimer(static state => ((Agenda)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        lock (_lock)
            _isRunning = true;
        Ring();
    }

    public void Add(Message message)
    {
        lock (_lock)
        {
            _waiting.Enqueue(message, (message.Due, message.Id));
            if (_isRunning && message.Due < _armedFor)
                Arm();
        }
    }

    public void Withdraw(Message message)
    {
        message.Withdrawn = true;
        lock (_lock)
        {
            if (++_withdrawn < 1024 || _withdrawn < _waiting.Count / 2)
                return;
            var kept = _waiting.UnorderedItems.Where(item => !item.Element.Withdrawn).ToArray();
            _waiting.Clear();
            _waiting.EnqueueRange(kept);
            _withdrawn = 0;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _isRunning = false;
        _timer.Dispose();
    }

    private void Ring()
    {
        var due = new List<Message>();
        lock (_lock)
        {
            if (!_isRunning)
                return;
            var now = _time.GetUtcNow().UtcTicks;
            while (_waiting.TryPeek(out var next, out var at) && (next.Withdrawn || at.Due <= now))
            {
                _waiting.Dequeue();
                if (!next.Withdrawn)
                    due.Add(next);
                else
                    _withdrawn--;
            }

            Arm();
        }

        foreach (var message in due)
            _deliver(message);
    }

    private void Arm()
    {
        if (!_waiting.TryPeek(out _, out var first))
        {
            _armedFor = long.MaxValue;
            return;
        }

        _armedFor = first.Due;
        long now;
        do
        {
            now = _time.GetUtcNow().UtcTicks;
            var wait = TimeSpan.FromTicks(Math.Max(0, first.Due - now));

            // A whole millisecond more than needed at most: ringing early would ring twice.
            wait = wait > LongestWait ? LongestWait : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
        while (_time.GetUtcNow().UtcTicks - now > ClockJump); // The clock moved on before the timer was set, which would ring as much too late.
    }
}
