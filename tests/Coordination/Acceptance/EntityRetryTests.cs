using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Client;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Storage or bus refuses for the moment while an entity is at work: nothing of what it was told gets lost.</summary>
public sealed class EntityRetryTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;
    private Refusals _tables = null!;
    private RefusingBus _bus = null!;
    private int _events;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(
        new Seams
        {
            Tables = inner => _tables = new Refusals(inner),
            Sending = real => _bus = new RefusingBus(real),
            Raising = real => new Deaf(real, () => Interlocked.Decrement(ref _events) >= 0),
            HubTime = new QuickTime(20),
        },
        Quick);

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
    public async Task A_request_that_the_bus_does_not_take_is_sent_later()
    {
        _bus.Refuse(times: 2);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket(target: "AsyncCreates: true")));

        Assert.Equal(0, _bus.Left);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_request_that_the_bus_takes_without_saying_so_is_carried_out_once_and_recorded()
    {
        _bus.Refuse(times: 1, butTake: true);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
        Assert.True(Outside.Has(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId));
    }

    [Fact]
    public async Task An_outcome_that_the_task_hub_does_not_take_is_told_later()
    {
        Volatile.Write(ref _events, 2);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.True(Volatile.Read(ref _events) < 0, "Nothing was refused.");
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
        Assert.True(Outside.Has(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId));
    }

    [Fact]
    public async Task A_read_of_a_reference_that_the_bus_does_not_take_is_sent_later()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
        _bus.Refuse(times: 1);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private") + """

              - { Label: copy, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { BucketName: copy, Policy: { $res: true, $label: logs, $type: "FakeAWS::S3::Bucket", $stack: shop, $property: Arn } } }
            """));

        Assert.Equal((0, 1), (_bus.Left, _plane.CallsOf(OperationVerb.Read)));
    }

    [Theory]
    [InlineData(403, 1)]
    [InlineData(403, 12)]
    [InlineData(409, 1)]
    [InlineData(412, 3)]
    [InlineData(400, 1)]
    public async Task A_report_that_storage_refuses_is_kept_until_storage_takes_it(int status, int times)
    {
        // A right that is not there yet, a key that rotates, a firewall: the plugin does not say a second time what it has done.
        _tables.RefuseWrites("FormaeResources", status, times);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.Equal(times, _tables.Refused);
        Assert.True(Outside.Has(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Theory]
    [InlineData(403, 1)]
    [InlineData(403, 12)]
    [InlineData(409, 1)]
    [InlineData(412, 1)]
    public async Task The_report_of_a_delete_that_storage_refuses_leaves_no_phantom(int status, int times)
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        _tables.RefuseWrites("FormaeResources", status, times);

        await DestroyedAsync();

        Assert.Equal(times, _tables.Refused);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Delete));
    }

    [Fact]
    public async Task A_row_that_is_written_between_the_look_at_it_and_its_removal_is_removed()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        var row = await _plane.Get<FormaeTables>().Resources.QueryAsync<TableEntity>((string?)null).SingleAsync();
        _tables.BeforeNextWriteTo("FormaeResources", () => _plane.Get<FormaeTables>().Resources.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace));

        await DestroyedAsync();

        Assert.Equal(1, _plane.CallsOf(OperationVerb.Delete));
    }

    [Fact]
    public async Task The_report_of_a_look_that_storage_refuses_is_made_use_of_later()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
        Outside.Change(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId, "Private", "PublicRead");
        _tables.RefuseWrites("FormaeResources", 403, times: 2);

        // The synchronisation itself may have ended before, by a clock that is as quick as the pauses are.
        await _plane.SynchronizeAsync();

        await UntilAsync(async () => Assert.Single(await _plane.InventoryAsync()).Properties!.Value.GetProperty("Acl").GetString() == "PublicRead");
        Assert.Equal(2, _tables.Refused);
    }

    private async Task DestroyedAsync()
    {
        ControlPlane.Succeeded(await _plane.EndOfAsync(Assert.IsType<IntakeOutcome.Accepted>(await _plane.DestroyAsync("stack:shop")).Response.CommandId));
        Assert.Empty(await _plane.InventoryAsync());
    }

    /// <summary>A task hub that does not take so many events.</summary>
    private sealed class Deaf(DurableTaskClient real, Func<bool> refuses) : DelegatingHub(real)
    {
        public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
            refuses() ? throw new Grpc.Core.RpcException("Unknown") : base.RaiseEventAsync(instanceId, eventName, eventPayload, cancellation);
    }

    /// <summary>A bus that does not take so many messages.</summary>
    private sealed class RefusingBus(ServiceBusClient real) : ServiceBusClient
    {
        private int _left;
        private bool _takes;

        public int Left => Math.Max(0, Volatile.Read(ref _left));

        public void Refuse(int times, bool butTake = false)
        {
            _takes = butTake;
            Volatile.Write(ref _left, times);
        }

        public override ServiceBusSender CreateSender(string queueOrTopicName) => new RefusingSender(real.CreateSender(queueOrTopicName), () => Interlocked.Decrement(ref _left) >= 0, () => _takes);

        public override ServiceBusProcessor CreateProcessor(string queueName, ServiceBusProcessorOptions options) => real.CreateProcessor(queueName, options);

        public override ValueTask DisposeAsync() => real.DisposeAsync();
    }

    private sealed class RefusingSender(ServiceBusSender real, Func<bool> refuses, Func<bool> takes) : ServiceBusSender
    {
        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) => TakeAsync(async () =>
        {
            await real.SendMessageAsync(message, cancellationToken);
            return 0L;
        });

        public override Task<long> ScheduleMessageAsync(ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default) =>
            TakeAsync(() => real.ScheduleMessageAsync(message, scheduledEnqueueTime, cancellationToken));

        private async Task<long> TakeAsync(Func<Task<long>> send)
        {
            var isRefused = refuses();
            var number = !isRefused || takes() ? await send() : 0;
            return isRefused ? throw new ServiceBusException("Busy.", ServiceBusFailureReason.ServiceBusy) : number;
        }

        public override ValueTask DisposeAsync() => real.DisposeAsync();
    }

    /// <summary>Tables that refuse so many requests.</summary>
    private sealed class Refusals(ITableTransport inner) : DelegatingTransport(inner)
    {
        private readonly Lock _lock = new();
        private (string Table, bool Writes, int Status, int Times)? _rule;
        private (string Table, Func<Task> Happening)? _between;

        public int Refused { get; private set; }

        public void RefuseWrites(string table, int status, int times) => _rule = (table, true, status, times);

        public void RefuseReadsOfRows(string table, int status, int times) => _rule = (table, false, status, times);

        /// <summary>Somebody else is quicker by a moment.</summary>
        public void BeforeNextWriteTo(string table, Func<Task> happening) => _between = (table, happening);

        protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            Func<Task>? happening = null;
            lock (_lock)
            {
                if (isWrite && _between is { } between && between.Table == table)
                    (happening, _between) = (between.Happening, null);
                if (_rule is { Times: > 0 } rule && rule.Table == table && rule.Writes == isWrite && (isWrite || typeof(T) == typeof(RowReply)))
                {
                    _rule = rule with { Times = rule.Times - 1 };
                    Refused++;
                    throw new RequestFailedException(rule.Status, "Not now.");
                }
            }

            if (happening is not null)
                await happening();
            return await request();
        }
    }
}
