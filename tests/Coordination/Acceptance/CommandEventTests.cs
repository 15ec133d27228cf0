using Formae.Coordination.Intake;
using Formae.Coordination.Progress;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Following a command: order, cuts, many at once, the end.</summary>
public sealed class CommandEventTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private CountingTables _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new CountingTables(inner) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Every_update_is_told_from_its_beginning_to_its_end_and_then_the_end()
    {
        var id = await StartAsync(40);

        var events = await WatchAsync(id);

        Assert.IsType<CommandEvent.Status>(events[0]);
        var end = Assert.IsType<CommandEvent.End>(events[^1]).Command;
        Assert.Equal((id, "apply", "reconcile", States.Success, 41), (end.CommandId, end.Kind, end.Mode, end.State, end.Total));
        Assert.Equal(new Dictionary<string, int> { [States.Success] = 41 }, end.Updates);
        var updates = events.OfType<CommandEvent.Update>().ToList();
        Assert.Equal(updates.Count, updates.Select(update => update.Id).Distinct().Count());
        var shown = (await _plane.EndOfAsync(id)).ResourceUpdates!.ToDictionary(update => update.ResourceId);
        foreach (var resource in updates.Where(update => update.Change.Of == UpdateChange.Resource).GroupBy(update => update.Change.ResourceId!))
        {
            Assert.Equal(States.Success, resource.Last().Change.State);
            Assert.All(resource.SkipLast(1), update => Assert.Equal(States.InProgress, update.Change.State));
            var (told, whole) = (resource.Last().Change, shown[resource.Key]);
            Assert.Equal(
                (whole.ResourceType, whole.ResourceLabel, whole.StackName, whole.Operation, whole.StartedAt, whole.Duration, whole.CurrentAttempt),
                (told.Type, told.Label, told.Stack, told.Operation, told.StartedAt, told.Duration, told.CurrentAttempt));
            shown.Remove(resource.Key);
        }

        Assert.Empty(shown);
        var target = Assert.Single(updates, update => update.Change.Of == UpdateChange.Target).Change;
        Assert.Equal(("eu", "create", States.Success, null), (target.Label, target.Operation, target.State, target.ResourceId));
    }

    [Fact]
    public async Task Whoever_is_cut_off_anywhere_goes_on_where_he_was_also_with_another_process()
    {
        var id = await StartAsync(30);
        var all = Ids(await WatchAsync(id));
        await _plane.RestartAsync();

        Assert.Equal(all, Ids(await WatchAsync(id)));
        for (var heard = 0; heard < all.Count; heard++)
        {
            var rest = await WatchAsync(id, all[heard]);
            Assert.Equal(all.Skip(heard + 1), Ids(rest));
            Assert.IsType<CommandEvent.Status>(rest[0]);
            Assert.IsType<CommandEvent.End>(rest[^1]);
        }
    }

    [Fact]
    public async Task Cuts_while_it_runs_lose_nothing_and_tell_nothing_twice()
    {
        var id = await StartAsync(60);
        var heard = new List<string>();
        for (var isOver = false; !isOver;)
        {
            var left = 3;
            using var cut = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
            await foreach (var happened in (await FollowAsync(id, heard.LastOrDefault()))!.WithCancellation(cut.Token))
            {
                isOver = happened is CommandEvent.End;
                if (happened is CommandEvent.Update update)
                    heard.Add(update.Id);
                if (isOver || --left == 0)
                    break;
            }
        }

        Assert.Equal(Ids(await WatchAsync(id)), heard);
    }

    [Fact]
    public async Task Fifty_who_watch_cost_the_tables_hardly_more_than_one()
    {
        var one = await CountReadsAsync(watchers: 1);
        var fifty = await CountReadsAsync(watchers: 50);

        // What each asks once is whether there is such a command.
        Assert.InRange(fifty, 50, (3 * one) + 60);
    }

    [Fact]
    public async Task While_it_runs_only_what_is_new_is_read_and_all_updates_at_the_beginning_and_the_end_alone()
    {
        const int Updates = 2_000;
        var command = await AddAsync(States.InProgress);
        var rows = Enumerable.Range(0, Updates).Select(number => UpdateRecord.RowOf(0, number)).ToList();
        foreach (var chunk in rows.Chunk(100))
        {
            await _plane.Get<FormaeTables>().Updates.SubmitTransactionAsync(
                chunk.Select(row => new Azure.Data.Tables.TableTransactionAction(
                    Azure.Data.Tables.TableTransactionActionType.Add,
                    new Azure.Data.Tables.TableEntity(command.CommandId, row) { ["Ksuid"] = row, ["Type"] = "A::B::C", ["Label"] = row, ["Stack"] = "web", ["Operation"] = "create", ["State"] = States.NotStarted })),
                _cancellation);
        }

        var before = _tables.Scans;
        var heard = 0;
        var written = 0;
        await foreach (var happened in (await FollowAsync(command.CommandId, null))!.WithCancellation(_cancellation))
        {
            heard += happened is CommandEvent.Update ? 1 : 0;

            // What was written has been told: now the next.
            if (heard < written || happened is CommandEvent.End)
                continue;
            if (written == Updates)
                await _plane.Get<CommandStore>().EndAsync(command.CommandId, States.Success, DateTimeOffset.UtcNow, null, _cancellation);
            else
                await _plane.Get<UpdateStore>().RecordAsync(command.CommandId, [.. rows.Skip(written).Take(100).Select(row => (row, new UpdateProgress { State = States.Success, FinishedAt = DateTimeOffset.UtcNow }))], _cancellation);
            written = Math.Min(Updates, written + 100);
        }

        Assert.Equal((Updates, 2), (heard, _tables.Scans - before));
    }

    [Fact]
    public async Task Nothing_is_read_when_nobody_watches_any_more_and_after_a_minute_nothing_is_kept()
    {
        var clock = new FakeTimeProvider();
        await using var plane = await ControlPlane.StartAsync(new Seams { Time = clock, Tables = inner => _tables = new CountingTables(inner) });
        var id = (await AddAsync(States.InProgress, plane: plane)).CommandId;
        var followers = plane.Get<CommandFollowers>();
        var others = clock.WaitingTimers;
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        await using (var watch = (await followers.WatchAsync(id, EventPosition.Start, _cancellation))!.GetAsyncEnumerator(cut.Token))
        {
            Assert.True(await watch.MoveNextAsync());
            var next = watch.MoveNextAsync().AsTask();
            await _tables.UntilAsync(() => clock.WaitingTimers == others + 1);
            await cut.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        }

        // The look that was under way when he left comes to its end, and no other begins.
        Assert.Equal(others + 2, clock.WaitingTimers);
        var before = _tables.Reads;
        clock.Advance(TimeSpan.FromSeconds(2));
        await _tables.UntilAsync(() => _tables.Reads == before + 2 && clock.WaitingTimers == others + 1);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal((1, others + 1), (followers.Count, clock.WaitingTimers));
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal((0, others, before + 2), (followers.Count, clock.WaitingTimers, _tables.Reads));
    }

    [Fact]
    public async Task What_never_came_into_the_journal_is_told_before_the_end()
    {
        var command = await AddAsync(States.InProgress);
        var row = new Azure.Data.Tables.TableEntity(command.CommandId, UpdateRecord.RowOf(0, 0)) { ["Ksuid"] = "k", ["Type"] = "A::B::C", ["Label"] = "lost", ["Stack"] = "web", ["Operation"] = "create", ["State"] = States.Failed, ["Error"] = "no room" };
        await _plane.Get<FormaeTables>().Updates.AddEntityAsync(row, _cancellation);
        await _plane.Get<CommandStore>().EndAsync(command.CommandId, States.Failed, DateTimeOffset.UtcNow, "It broke.", _cancellation);

        var events = await WatchAsync(command.CommandId);

        var update = Assert.Single(events.OfType<CommandEvent.Update>());
        Assert.Equal(("lost", States.Failed, "no room"), (update.Change.Label, update.Change.State, update.Change.ErrorMessage));
        Assert.Equal((States.Failed, "It broke."), (((CommandEvent.End)events[^1]).Command.State, ((CommandEvent.End)events[^1]).Command.Error));
        Assert.Empty(Ids(await WatchAsync(command.CommandId, update.Id)));
    }

    [Fact]
    public async Task A_command_of_nobody_or_of_the_control_plane_itself_is_not_followed()
    {
        Assert.Null(await FollowAsync(_plane.Get<Model.KsuidSource>().Next(), null));
        Assert.Null(await FollowAsync("what", null));
        Assert.Null(await FollowAsync((await AddAsync(States.InProgress, "sync")).CommandId, null));
    }

    private async Task<int> CountReadsAsync(int watchers)
    {
        var id = await StartAsync(60, $"many-{watchers}");
        await _plane.EndOfAsync(id);
        var before = _tables.Reads;

        var all = await Task.WhenAll(Enumerable.Range(0, watchers).Select(_ => WatchAsync(id)));

        Assert.All(all, events => Assert.Equal(Ids(all[0]), Ids(events)));
        Assert.InRange(Ids(all[0]).Count, 60, 122);
        return _tables.Reads - before;
    }

    private async Task<string> StartAsync(int resources, string stack = "web") => Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync($$"""
        Stacks: [{ Label: {{stack}} }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
        {{string.Join('\n', Enumerable.Range(0, resources).Select(number => $"  - {{ Label: b{number}, Type: \"FakeAWS::S3::Bucket\", Stack: {stack}, Target: eu, Properties: {{ BucketName: {stack}-{number} }} }}"))}}
        """)).Response.CommandId;

    private async Task<CommandRecord> AddAsync(string state, string source = "user", ControlPlane? plane = null)
    {
        var command = new CommandRecord
        {
            CommandId = (plane ?? _plane).Get<Model.KsuidSource>().Next(),
            Kind = "apply",
            Mode = "patch",
            Source = source,
            State = state,
            StartedAt = DateTimeOffset.UtcNow,
            ModifiedAt = DateTimeOffset.UtcNow,
        };
        await (plane ?? _plane).Get<CommandStore>().AddAsync(command, _cancellation);
        return command;
    }

    private Task<IAsyncEnumerable<CommandEvent>?> FollowAsync(string id, string? after)
    {
        var position = EventPosition.Start;
        Assert.True(after is null || EventPosition.TryParse(after, out position));
        return _plane.Get<CommandFollowers>().WatchAsync(id, position, _cancellation);
    }

    private async Task<IReadOnlyList<CommandEvent>> WatchAsync(string id, string? after = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var events = new List<CommandEvent>();
        await foreach (var happened in (await FollowAsync(id, after))!.WithCancellation(patience.Token))
            events.Add(happened);
        return events;
    }

    private static List<string> Ids(IReadOnlyList<CommandEvent> events) => [.. events.OfType<CommandEvent.Update>().Select(update => update.Id)];

    /// <summary>Counts what is read of commands, their updates and their journals.</summary>
    private sealed class CountingTables(ITableTransport inner) : DelegatingTransport(inner)
    {
        private int _reads;
        private int _scans;

        public int Reads => Volatile.Read(ref _reads);

        /// <summary>How often all updates of a command were read: the first page of each.</summary>
        public int Scans => Volatile.Read(ref _scans);

        /// <summary>Looks again and again at what happens beside the test.</summary>
        public async Task UntilAsync(Func<bool> isSo)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (!isSo())
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"It did not come; {Reads} reads so far.");
                await Task.Delay(5);
            }
        }

        public override Task<PageReply<Row>> QueryAsync(string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken)
        {
            if (table == "FormaeUpdates" && continuationToken is null)
                Interlocked.Increment(ref _scans);
            return base.QueryAsync(table, filter, take, continuationToken, selection, cancellationToken);
        }

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            if (!isWrite && table is "FormaeCommands" or "FormaeUpdates" or "FormaeProgress")
                Interlocked.Increment(ref _reads);
            return request();
        }
    }
}
