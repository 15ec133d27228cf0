using Formae.Coordination.Commands;
using Formae.Coordination.Progress;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Progress;

public class JournalTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_processes_that_write_at_once_leave_no_gap_and_lose_nothing()
    {
        var id = fixture.Ksuids.Next();
        var writers = Enumerable.Range(0, 3).Select(_ => fixture.Journal).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 120).Select(number => writers[number % 3].AppendAsync(id, [Change(number)], _cancellation)));

        var rows = await fixture.Journal.ReadAsync(id, 0, _cancellation);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(number => (long)number), rows.Select(row => row.Number));
        Assert.Equal(Enumerable.Range(0, 120).Select(number => UpdateRecord.RowOf(0, number)), rows.SelectMany(row => row.Changes).Select(change => change.Row).Order(StringComparer.Ordinal));
        Assert.True(rows.Count < 120, "What comes while a row is written goes together into the next.");
    }

    [Fact]
    public async Task Only_what_is_behind_a_number_is_read()
    {
        var id = fixture.Ksuids.Next();
        for (var number = 0; number < 5; number++)
            await fixture.Journal.AppendAsync(id, [Change(number)], _cancellation);

        Assert.Equal([4, 5], (await fixture.Journal.ReadAsync(id, 3, _cancellation)).Select(row => row.Number));
        Assert.Empty(await fixture.Journal.ReadAsync(id, 5, _cancellation));
        Assert.Empty(await fixture.Journal.ReadAsync(fixture.Ksuids.Next(), 0, _cancellation));
    }

    [Fact]
    public async Task Long_messages_are_shortened_and_many_of_them_take_several_rows()
    {
        var id = fixture.Ksuids.Next();
        var changes = Enumerable.Range(0, 300).Select(number => Change(number) with { Progress = new UpdateProgress { State = States.Failed, Error = new string('"', 9_000), Message = new string('\n', 9_000) } });

        await fixture.Journal.AppendAsync(id, [.. changes], _cancellation);

        var rows = await fixture.Journal.ReadAsync(id, 0, _cancellation);
        Assert.InRange(rows.Count, 2, 50);
        Assert.Equal(300, rows.Sum(row => row.Changes.Count));
        Assert.All(rows.SelectMany(row => row.Changes), change => Assert.Equal(2_002, change.Progress.Error!.Length));
    }

    [Fact]
    public void What_is_written_twice_or_late_is_told_once()
    {
        var told = new ToldUpdates([Standing(0), Standing(1)]);
        var begun = new UpdateProgress { State = States.InProgress, StartedAt = Now };
        var second = new UpdateProgress { State = States.InProgress, StartedAt = Now, Attempt = 2, MaxAttempts = 10, Message = "again" };
        var done = new UpdateProgress { State = States.Success, Attempt = 2, StartedAt = Now, FinishedAt = Now.AddSeconds(2) };

        var waits = new UpdateProgress { Message = "Waits for a plugin." };

        told.Add(0, [Of(0, waits), Of(0, waits)]);
        told.Add(1, [Of(0, begun), Of(1, begun), Of(0, waits)]);
        told.Add(2, [Of(0, begun), Of(0, second)]);
        told.Add(3, [Of(0, second), Of(0, begun)]);
        told.Add(4, [Of(0, done), Of(0, second)]);
        told.Add(5, [Of(0, done), Of(0, done with { State = States.Failed })]);
        told.AddRest([Standing(0, done), Standing(1, new UpdateProgress { State = States.Canceled, FinishedAt = Now })]);

        var events = told.Read(0, 100);
        Assert.Equal(["0.0", "1.0", "1.1", "2.1", "4.0", "rest.1"], events.Select(one => one.Id));
        Assert.Equal([States.NotStarted, States.InProgress, States.InProgress, States.InProgress, States.Success, States.Canceled], events.Select(one => one.Change.State));
        Assert.Equal((2000, 2), (events[4].Change.Duration, events[4].Change.CurrentAttempt));
        Assert.Equal(new Dictionary<string, int> { [States.Success] = 1, [States.Canceled] = 1 }, told.Counts);
        for (var place = 0; place < events.Count; place++)
        {
            Assert.True(EventPosition.TryParse(events[place].Id, out var position));
            Assert.Equal(place + 1, told.UpTo(position));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("7.")]
    [InlineData("-1.0")]
    [InlineData("1.2.3")]
    [InlineData("rest")]
    [InlineData("rest.x")]
    [InlineData("99999999999999999999.0")]
    public void What_is_no_position_is_none(string text) => Assert.False(EventPosition.TryParse(text, out _));

    private static ProgressChange Change(int number) => new() { Row = UpdateRecord.RowOf(0, number), Progress = new UpdateProgress { State = States.InProgress, StartedAt = Now } };

    private static ProgressChange Of(int number, UpdateProgress progress) => new() { Row = UpdateRecord.RowOf(0, number), Progress = progress };

    private static UpdateStanding Standing(int number, UpdateProgress? progress = null) =>
        new(UpdateRecord.RowOf(0, number), false, $"k{number}", "A::B::C", $"r{number}", "web", "create", progress ?? new UpdateProgress());
}
