using Azure;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Storage refuses for the moment while an entity is at work: nothing of what it was told gets lost.</summary>
public sealed class EntityRetryTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;
    private Refusals _tables = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new Refusals(inner) }, Quick);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData("FormaeResources", 503)]
    [InlineData("FormaeVersions", 429)]
    [InlineData("FormaeByKsuid", 500)]
    public async Task A_report_that_cannot_be_stored_is_stored_later(string table, int status)
    {
        _tables.RefuseWrites(table, status, times: 1);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.Equal(1, _tables.Refused);
        var bucket = Assert.Single(await _plane.InventoryAsync());
        Assert.True(Outside.Has(_plane, bucket.NativeId));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_beginning_whose_row_cannot_be_read_begins_later()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        _tables.RefuseReadsOfRows("FormaeUpdates", 503, times: 2);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: PublicRead")));

        Assert.Equal(2, _tables.Refused);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Update));
    }

    [Fact]
    public async Task A_refusal_that_is_no_passing_one_is_not_hidden()
    {
        // Nobody may write there: nothing that comes later mends it, and the report is not stored behind anybody's back.
        _tables.RefuseWrites("FormaeResources", 403, times: 1);
        var id = await _plane.BeginAsync(Bucket());

        await UntilAsync(() => _tables.Refused == 1);
        Assert.Equal(States.InProgress, (await _plane.UntilAsync(id, _ => true)).State);
        Assert.Empty(await _plane.InventoryAsync());
    }

    /// <summary>Tables that refuse so many requests.</summary>
    private sealed class Refusals(ITableTransport inner) : DelegatingTransport(inner)
    {
        private readonly Lock _lock = new();
        private (string Table, bool Writes, int Status, int Times)? _rule;

        public int Refused { get; private set; }

        public void RefuseWrites(string table, int status, int times) => _rule = (table, true, status, times);

        public void RefuseReadsOfRows(string table, int status, int times) => _rule = (table, false, status, times);

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            lock (_lock)
            {
                if (_rule is { Times: > 0 } rule && rule.Table == table && rule.Writes == isWrite && (isWrite || typeof(T) == typeof(RowReply)))
                {
                    _rule = rule with { Times = rule.Times - 1 };
                    Refused++;
                    throw new RequestFailedException(rule.Status, "Not now.");
                }
            }

            return request();
        }
    }
}
