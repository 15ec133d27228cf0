using Azure;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;

namespace Formae.Coordination.Tests.Storage;

/// <summary>Tables that refuse each transaction of updates a number of times, or store it and lose the answer; and can hold all that come.</summary>
internal sealed class BusyTables(ITableTransport inner) : DelegatingTransport(inner)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _tries = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Exception> _refusal = () => new RequestFailedException(503, "Busy.");
    private int _refusals;
    private int _lost;
    private int _holdFrom = -1;
    private int _now;

    public int Most { get; private set; }

    public int Sent { get; private set; }

    public Task Held => _held.Task;

    /// <summary>From now on.</summary>
    public void Refuse(int times, Func<Exception> refusal) => (_refusals, _refusal, _lost) = (times, refusal, 0);

    public void LoseAnswers(int times) => (_refusals, _lost) = (0, times);

    public void TakeAll()
    {
        lock (_lock)
        {
            (_refusals, _lost) = (0, 0);
            _tries.Clear();
        }
    }

    public void Hold(int count) => _holdFrom = count;

    public void Release() => _released.SetResult();

    public override async Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        int tried;
        if (table != "FormaeUpdates")
            return await base.SubmitAsync(table, writes, cancellationToken);
        lock (_lock)
        {
            Sent++;
            Most = Math.Max(Most, ++_now);
            tried = _tries[writes[0].RowKey] = _tries.GetValueOrDefault(writes[0].RowKey) + 1;
            if (_now == _holdFrom)
                _held.TrySetResult();
        }

        try
        {
            if (_holdFrom > 0)
                await _released.Task;
            if (tried <= _refusals)
                throw _refusal();
            var reply = await base.SubmitAsync(table, writes, cancellationToken);
            return tried <= _lost ? throw _refusal() : reply;
        }
        finally
        {
            lock (_lock)
                _now--;
        }
    }

    protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request) => request();
}
