namespace Formae.Plugins.Postgres;

/// <summary>
/// The creates that this process has carried out lately, for objects that have no place for a mark: when a message comes again soon, its own work is not taken for somebody else's. When another process
/// gets it, the message says that it was delivered before, and the object is looked for.
/// </summary>
internal sealed class RecentCreates
{
    private const int Most = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _marks = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public void Add(string mark)
    {
        lock (_lock)
        {
            if (!_marks.Add(mark))
                return;
            _order.Enqueue(mark);
            if (_order.Count > Most)
                _marks.Remove(_order.Dequeue());
        }
    }

    public bool Contains(string mark)
    {
        lock (_lock)
            return _marks.Contains(mark);
    }
}
