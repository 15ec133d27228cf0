using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Storage;

/// <summary>Many rows of one partition, on tables that have too much to do.</summary>
public sealed class PartitionWriterTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly HastyTime _time = new();
    private AgingTables _tables = null!;
    private BusyTables _busy = null!;
    private TableClient _table = null!;

    private PartitionWriter Writer => new(_time, NullLogger<PartitionWriter>.Instance);

    public async ValueTask InitializeAsync()
    {
        _tables = await AgingTables.CreateAsync();
        _busy = new BusyTables(_tables.Transport);
        _table = new TableServiceClient(_busy).GetTableClient("FormaeUpdates");
    }

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task Eight_transactions_are_under_way_at_once_and_never_more()
    {
        _busy.Hold(PartitionWriter.TransactionsAtOnce);

        var writing = WriteAsync(Rows(5_000));
        await _busy.Held.WaitAsync(TimeSpan.FromMinutes(1), _cancellation);
        _busy.Release();
        await writing;

        Assert.Equal((8, 50), (_busy.Most, _busy.Sent));
        Assert.Equal(5_000, await CountAsync());
    }

    [Theory]
    [InlineData(503, 1, 4)]
    [InlineData(503, 9, 1)]
    [InlineData(500, 3, 4)]
    [InlineData(429, 3, 4)]
    [InlineData(408, 3, 4)]
    [InlineData(0, 3, 4)]
    public async Task A_transaction_that_is_refused_for_the_moment_is_sent_again_until_it_is_taken(int status, int times, int transactions)
    {
        _busy.Refuse(times, () => new RequestFailedException(status, "Busy."));

        await WriteAsync(Rows(100 * transactions));

        Assert.Equal((100 * transactions, transactions * (times + 1)), (await CountAsync(), _busy.Sent));
        Assert.True(_time.Passed >= TimeSpan.FromSeconds(times), $"{_time.Passed} of pauses.");
    }

    [Fact]
    public async Task A_time_out_is_a_refusal_like_others()
    {
        _busy.Refuse(2, () => new TaskCanceledException("It took too long.", new TaskCanceledException()));

        await WriteAsync(Rows(100));

        Assert.Equal(100, await CountAsync());
    }

    [Fact]
    public async Task A_transaction_that_was_stored_although_its_answer_was_lost_is_no_failure()
    {
        _busy.LoseAnswers(2);

        await WriteAsync(Rows(400));

        Assert.Equal((400, 12), (await CountAsync(), _busy.Sent));
    }

    [Fact]
    public async Task When_the_time_is_over_the_refusal_is_told()
    {
        _busy.Refuse(int.MaxValue, () => new RequestFailedException(503, "Busy."));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => WriteAsync(Rows(10)));

        Assert.Equal(503, failure.Status);
        Assert.InRange(_time.Passed, Patience - TimeSpan.FromMinutes(1), Patience);
        Assert.InRange(_busy.Sent, 20, 100);
    }

    [Fact]
    public async Task Without_patience_it_is_told_at_once()
    {
        _busy.Refuse(1, () => new RequestFailedException(503, "Busy."));

        await Assert.ThrowsAsync<RequestFailedException>(() => WriteAsync(Rows(10), patience: TimeSpan.Zero));

        Assert.Equal((1, TimeSpan.Zero), (_busy.Sent, _time.Passed));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(413)]
    public async Task What_no_time_mends_is_told_at_once_and_ends_the_rest(int status)
    {
        _busy.Refuse(int.MaxValue, () => new RequestFailedException(status, "No."));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => WriteAsync(Rows(10_000)));

        Assert.Equal((status, TimeSpan.Zero), (failure.Status, _time.Passed));
        Assert.InRange(_busy.Sent, 1, 99);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_it()
    {
        using var caller = new CancellationTokenSource();
        _busy.Refuse(int.MaxValue, () =>
        {
            caller.Cancel();
            return new RequestFailedException(503, "Busy.");
        });

        await Assert.ThrowsAnyAsync<Exception>(() => Writer.WriteAsync(_table, Rows(1_000), TableTransactionActionType.UpsertReplace, Patience, caller.Token));

        Assert.InRange(_busy.Sent, 1, 8);
    }

    [Fact]
    public async Task Of_rows_that_have_changed_only_their_transactions_are_left_out()
    {
        await WriteAsync(Rows(1_000));
        var stored = await _table.ReadPartitionAsync("c", _cancellation);
        await _table.UpdateEntityAsync(new TableEntity("c", stored[250].RowKey) { ["New"] = "other" }, ETag.All, TableUpdateMode.Merge, _cancellation);
        foreach (var row in stored)
            row["New"] = "this";

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => WriteAsync(stored, TableTransactionActionType.UpdateMerge));

        Assert.Equal(412, failure.Status);
        var now = await _table.ReadPartitionAsync("c", _cancellation);
        Assert.Equal((900, 1), (now.Count(row => row.GetString("New") == "this"), now.Count(row => row.GetString("New") == "other")));
    }

    private Task WriteAsync(IReadOnlyList<TableEntity> rows, TableTransactionActionType action = TableTransactionActionType.UpsertReplace, TimeSpan? patience = null) =>
        Writer.WriteAsync(_table, rows, action, patience ?? Patience, _cancellation);

    private async Task<int> CountAsync() => (await _table.ReadPartitionAsync("c", _cancellation)).Count;

    private static List<TableEntity> Rows(int count) => [.. Enumerable.Range(0, count).Select(number => new TableEntity("c", $"{number:D6}") { ["Text"] = $"row {number}" })];
}
