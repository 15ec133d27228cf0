using Formae.Embedded.Sqlite;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// Carries changes to the file, in order. All that gathers while one commit is under way goes into the next one; what waits for a
/// commit is told under the bus's lock.
/// </summary>
internal sealed class Journal(SqliteStore store, Lock gate, Action afterCommit, Action<Exception> commitFailed, Action<Exception> outcomeFailed)
{
    // Long enough that most messages are completed before their delivery count would be written, short against any crash loop.
    private static readonly TimeSpan CountDelay = TimeSpan.FromMilliseconds(20);

    private Batch _gathering = new();
    private bool _pumping;
    private Task _pump = Task.CompletedTask;
    private ITimer? _countTimer;
    private bool _countTimerArmed;

    /// <summary>Under the lock.</summary>
    public void Add(Change change) => _gathering.Changes.Add(change);

    /// <summary>Under the lock. The sequence numbers up to here are used.</summary>
    public void Advance(Entity entity) => _gathering.Advanced.Add(entity);

    /// <summary>Under the lock. One of the two is called, under the lock, when the changes added so far are committed or lost.</summary>
    public void Then(Action committed, Action<Exception> lost)
    {
        _gathering.Outcomes.Add((committed, lost));
        Pump();
    }

    /// <summary>Under the lock. The delivery count is written with the next commit, or soon.</summary>
    public void CountChanged(MessageQueue queue, StoredMessage message)
    {
        if (message.CountIsUnsaved)
            return;
        message.CountIsUnsaved = true;
        _gathering.Counts.Add((queue, message));
        if (_countTimerArmed)
            return;
        _countTimerArmed = true;
        _countTimer ??= TimeProvider.System.CreateTimer(_ => WriteCounts(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _countTimer.Change(CountDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when everything added before is committed or lost.</summary>
    public async Task DrainAsync()
    {
        Task pump;
        lock (gate)
        {
            Pump();
            pump = _pump;
        }

        await pump;
        if (_countTimer is not null)
            await _countTimer.DisposeAsync();
    }

    /// <summary>One outcome that fails (the file cannot be read back) must not keep the others from being told.</summary>
    private void Tell(Action outcome)
    {
        try
        {
            outcome();
        }
        catch (Exception e)
        {
            outcomeFailed(e);
        }
    }

    private void WriteCounts()
    {
        lock (gate)
        {
            _countTimerArmed = false;
            Pump();
        }
    }

    private void Pump()
    {
        if (_pumping || _gathering.IsEmpty)
            return;
        _pumping = true;
        _pump = PumpAsync();
    }

    private async Task PumpAsync()
    {
        // Whoever started the pump holds the lock.
        await Task.Yield();
        while (true)
        {
            Batch batch;
            lock (gate)
            {
                batch = _gathering;
                if (batch.IsEmpty)
                {
                    _pumping = false;
                    return;
                }

                _gathering = new Batch();
                batch.Seal();
            }

            Exception? failure = null;
            try
            {
                await store.WriteAsync(batch.Apply);
            }
            catch (Exception e)
            {
                failure = e;
                commitFailed(e);
            }

            lock (gate)
            {
                if (failure is null)
                {
                    foreach (var (committed, _) in batch.Outcomes)
                        Tell(committed);
                }
                else
                {
                    // What was accepted since may rest on what was lost (a duplicate of a message that is not there): it is lost too.
                    var later = _gathering;
                    _gathering = new Batch();
                    foreach (var (_, message) in later.Counts)
                        message.CountIsUnsaved = false;
                    foreach (var (_, lost) in batch.Outcomes.Concat(later.Outcomes))
                        Tell(() => lost(failure));
                }
            }

            afterCommit();
        }
    }

    private sealed class Batch
    {
        public List<Change> Changes { get; } = [];

        public List<(Action Committed, Action<Exception> Lost)> Outcomes { get; } = [];

        public HashSet<Entity> Advanced { get; } = [];

        public List<(MessageQueue Queue, StoredMessage Message)> Counts { get; } = [];

        public bool IsEmpty => Changes.Count == 0 && Outcomes.Count == 0 && Counts.Count == 0;

        /// <summary>Under the lock, just before the batch goes to the writer.</summary>
        public void Seal()
        {
            foreach (var entity in Advanced)
                Changes.Add(new SaveNextSequenceNumber(entity.Id, entity.NextSequenceNumber));
            foreach (var (queue, message) in Counts)
            {
                message.CountIsUnsaved = false;
                if (message.Place is not (Place.Leaving or Place.Gone))
                    Changes.Add(new SaveDeliveryCount(queue.RowOf(message.SequenceNumber), message.DeliveryCount));
            }
        }

        public void Apply(SqliteConnection connection)
        {
            foreach (var change in Changes)
                change.Apply(connection);
        }
    }
}
