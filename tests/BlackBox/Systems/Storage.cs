using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>The tables, which refuse for a while what the control plane asks of them by itself. What a test asks for, it gets: an intake that is refused half-way is looked at elsewhere.</summary>
internal sealed class Storage
{
    private readonly Lock _lock = new();
    private readonly AsyncLocal<bool> _isAsked = new();
    private (int Status, int Left) _order;
    private int _refused;
    private int _told;

    /// <summary>How many requests it has refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <returns>How many it has refused since this was said the last time.</returns>
    public int Refuse(int status, int times)
    {
        lock (_lock)
        {
            _order = (status, times);
            var since = _refused - _told;
            _told = _refused;
            return since;
        }
    }

    /// <summary>Whatever comes of this is not refused.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        _isAsked.Value = true;
        return await ask();
    }

    public ITableTransport Before(ITableTransport inner) => new Refusing(inner, this);

    private void Meet(bool isConditional)
    {
        if (_isAsked.Value)
            return;
        int status;
        lock (_lock)
        {
            if (_order.Left == 0 || (_order.Status == 412 && !isConditional))
                return;
            (status, _order.Left) = (_order.Status, _order.Left - 1);
            _refused++;
        }

        throw new RequestFailedException(status, "Storage does not want to.");
    }

    private sealed class Refusing(ITableTransport inner, Storage storage) : DelegatingTransport(inner)
    {
        public override Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken)
        {
            storage.Meet(IsConditional(write));
            return base.WriteAsync(table, write, cancellationToken);
        }

        public override Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
        {
            storage.Meet(isConditional: false);
            return base.SubmitAsync(table, writes, cancellationToken);
        }

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            if (!isWrite)
                storage.Meet(isConditional: false);
            return request();
        }

        private static bool IsConditional(TableWrite write) => write.IfMatch != default && write.IfMatch != ETag.All;
    }
}
