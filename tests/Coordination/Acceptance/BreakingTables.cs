using Azure;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>How an intake is disturbed at one of its requests to the tables.</summary>
public enum Break
{
    /// <summary>The process dies before the request is carried out.</summary>
    KilledBefore,

    /// <summary>The process dies when the request was carried out, before it hears of that.</summary>
    KilledAfter,

    /// <summary>The request fails; the process goes on.</summary>
    FailsBefore,

    /// <summary>The request is carried out and its answer is lost; the process goes on.</summary>
    FailsAfter,

    /// <summary>The caller hangs up.</summary>
    HungUp,
}

/// <summary>
/// Tables that break at the n-th request of an intake. Only what the intake does itself is counted, not what runs beside it. Their clock can be put forward.
/// </summary>
internal sealed class BreakingTables(ITableTransport inner) : DelegatingTransport(inner)
{
    private readonly AsyncLocal<bool> _isIntake = new();
    private CancellationTokenSource? _caller;
    private Break _how;
    private int _at;
    private int _count;
    private bool _isDead;

    public TimeSpan Offset { get; private set; }

    private readonly Dictionary<(string Table, string Partition, string Row), DateTimeOffset> _stamps = [];

    /// <summary>Whether the break came to pass; otherwise the intake made fewer requests.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Runs an intake that is disturbed at a request.</summary>
    public async Task<T> BreakAsync<T>(Break how, int at, Func<CancellationToken, Task<T>> intake)
    {
        (_how, _at, _count, IsBroken) = (how, at, 0, false);
        using var caller = _caller = new CancellationTokenSource();
        _isIntake.Value = true;
        try
        {
            return await intake(caller.Token);
        }
        finally
        {
            _isIntake.Value = false;
            _at = 0;
        }
    }

    /// <summary>The process is started again.</summary>
    public void Revive() => _isDead = false;

    /// <summary>Everything that is stored has been there for this long.</summary>
    public void Age(TimeSpan by) => Offset += by;

    protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
    {
        if (_isDead)
            throw Failure();
        if (!_isIntake.Value || _at == 0 || Interlocked.Increment(ref _count) != _at)
            return Stamped(table, await request());
        IsBroken = true;
        _isDead = _how is Break.KilledBefore or Break.KilledAfter;

        // Who is dead tries nothing again; what goes on here in his place is to see that.
        if (_isDead)
            await _caller!.CancelAsync();
        switch (_how)
        {
            case Break.HungUp:
                await _caller!.CancelAsync();
                return Stamped(table, await request());
            case Break.KilledAfter or Break.FailsAfter:
                await request();
                throw Failure();
            default:
                throw Failure();
        }
    }

    // A row's stamp is moved by as much as the clock was put forward when it was written.
    protected override void Written(string table, TableWrite write)
    {
        lock (_stamps)
            _stamps[(table, write.PartitionKey, write.RowKey)] = DateTimeOffset.UtcNow + Offset;
    }

    private T Stamped<T>(string table, T reply) => reply switch
    {
        RowReply { Row: { } row } one => (T)(object)(one with { Row = Stamped(table, row) }),
        PageReply<Row> page => (T)(object)(page with { Values = [.. page.Values.Select(row => Stamped(table, row))] }),
        _ => reply,
    };

    private Row Stamped(string table, Row row)
    {
        lock (_stamps)
        {
            return row.Timestamp is not null && row.PartitionKey is { } partition && row.RowKey is { } key && _stamps.TryGetValue((table, partition, key), out var stamp)
                ? row with { Timestamp = stamp }
                : row;
        }
    }

    private static RequestFailedException Failure() => new(503, "The tables cannot be reached.");
}
