using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.Tables.Tests;

/// <summary>What is particular to tables in a file.</summary>
public sealed class TableFileTests : IAsyncDisposable
{
    private readonly TemporaryTables _tables = new();

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    [Fact]
    public async Task What_was_written_is_there_after_the_file_was_closed()
    {
        var table = new TableClient(_tables.ConnectionString, "Things");
        await table.CreateAsync();
        var etag = (await table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1L })).Headers.ETag;
        await EmbeddedTables.CloseAsync(_tables.File);
        var got = (await table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(1L, got["A"]);
        Assert.Equal(etag, got.ETag);
    }

    [Fact]
    public async Task Clients_of_one_file_share_one_store()
    {
        var service = new TableServiceClient(_tables.ConnectionString);
        await service.CreateTableAsync("Things");
        await new TableClient(_tables.ConnectionString, "Things").AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal("r", (await service.GetTableClient("Things").GetEntityAsync<TableEntity>("p", "r")).Value.RowKey);
        Assert.Same(EmbeddedTables.Open(_tables.File), EmbeddedTables.Open(_tables.File));
    }

    [Fact]
    public async Task Two_processes_may_use_one_file_at_once()
    {
        await using var one = new TableFile(_tables.File, TimeProvider.System);
        await using var other = new TableFile(_tables.File, TimeProvider.System);
        var clients = new[] { new TableClient(new SqliteTableTransport(one), "Things"), new TableClient(new SqliteTableTransport(other), "Things") };
        await clients[0].CreateAsync();
        Assert.Equal(409, (await clients[1].CreateIfNotExistsAsync()).GetRawResponse().Status);
        await clients[0].AddEntityAsync(new TableEntity("p", "counter") { ["N"] = 0 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var done = 0; done < 50;)
            {
                var row = (await clients[worker % 2].GetEntityAsync<TableEntity>("p", "counter")).Value;
                row["N"] = row.GetInt32("N") + 1;
                try
                {
                    await clients[worker % 2].UpdateEntityAsync(row, row.ETag);
                    done++;
                }
                catch (RequestFailedException lost) when (lost.Status == 412)
                {
                    // Another worker was faster: read again.
                }
            }
        })));
        Assert.Equal(400, (await clients[0].GetEntityAsync<TableEntity>("p", "counter")).Value["N"]);
    }

    [Fact]
    public async Task Many_processes_may_create_one_file_at_once()
    {
        var files = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Factory.StartNew(() => new TableFile(_tables.File, TimeProvider.System), TaskCreationOptions.LongRunning)));
        var statuses = await Task.WhenAll(files.Select(async file => (await new TableClient(new SqliteTableTransport(file), "Things").CreateIfNotExistsAsync()).GetRawResponse().Status));
        Assert.Equal(7, statuses.Count(status => status == 409));
        foreach (var file in files)
            await file.DisposeAsync();
    }

    [Fact]
    public async Task A_rows_ETag_is_new_even_when_the_clock_stands_still_or_goes_back()
    {
        var clock = new SetClock { Now = DateTimeOffset.UnixEpoch.AddYears(50) };
        await using var one = new TableFile(_tables.File, clock);
        await using var other = new TableFile(_tables.File, clock);
        var clients = new[] { new TableClient(new SqliteTableTransport(one), "Things"), new TableClient(new SqliteTableTransport(other), "Things") };
        await clients[0].CreateAsync();
        var seen = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            clock.Now -= TimeSpan.FromMinutes(i % 3);
            seen.Add((await clients[i % 2].UpsertEntityAsync(new TableEntity("p", "r"), (TableUpdateMode)(i / 2 % 2))).Headers.ETag!.Value.ToString());
        }

        Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task A_query_of_one_partition_or_range_of_rows_does_not_scan_the_table()
    {
        var table = new TableClient(_tables.ConnectionString, "Things");
        await table.CreateAsync();
        var store = EmbeddedTables.Open(_tables.File).Store;
        foreach (var (sql, expected) in new[]
                 {
                     (RowReader.Partition, "(table_id=? AND pk=? AND rk>? AND rk<?)"),
                     (RowReader.Partitions, "(table_id=? AND (pk,rk)>(?,?) AND pk<?)"),
                 })
        {
            var plan = store.Read(connection =>
            {
                using var explain = connection.Prepare("EXPLAIN QUERY PLAN " + sql);
                var lines = new List<string>();
                while (explain.Step())
                    lines.Add(explain.Text(3));
                return string.Join('\n', lines);
            });
            Assert.Contains(expected, plan);
            Assert.DoesNotContain("TEMP B-TREE", plan);
        }
    }

    [Fact]
    public async Task A_filter_that_drops_most_rows_answers_in_pages_of_bounded_work()
    {
        var table = new TableClient(_tables.ConnectionString, "Things");
        await table.CreateAsync();
        var rows = RowReader.MostScanned + 500;
        for (var start = 0; start < rows; start += 100)
            await table.SubmitTransactionAsync(Enumerable.Range(start, 100).Select(i => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{i:D6}") { ["N"] = i })));
        var pages = new List<Page<TableEntity>>();
        await foreach (var page in table.QueryAsync<TableEntity>($"N eq {rows - 1}").AsPages())
            pages.Add(page);
        Assert.Equal([0, 1], pages.Select(page => page.Values.Count));
        Assert.NotNull(pages[0].ContinuationToken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task A_corrupt_file_is_refused_and_left_as_it_is(int at)
    {
        var table = new TableClient(_tables.ConnectionString, "Things");
        await table.CreateAsync();
        for (var i = 0; i < 20; i++)
            await table.AddEntityAsync(new TableEntity("p", $"{i}") { ["Text"] = new string('x', 5000) });
        await EmbeddedTables.CloseAsync(_tables.File);
        var bytes = await File.ReadAllBytesAsync(_tables.File);
        bytes.AsSpan(at, 4000).Fill(0xa5);
        await File.WriteAllBytesAsync(_tables.File, bytes);

        var refused = await Assert.ThrowsAsync<CorruptStoreException>(() => table.GetEntityAsync<TableEntity>("p", "1"));
        Assert.Contains(_tables.File, refused.Message);
        Assert.Contains("left untouched", refused.Message);
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await File.ReadAllBytesAsync(_tables.File)));

        File.Delete(_tables.File);
        await table.CreateAsync();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Key=value")]
    [InlineData("TableEndpoint=relative/path")]
    public void A_connection_string_that_is_none_is_refused(string connectionString) =>
        Assert.Throws<FormatException>(() => new TableServiceClient(connectionString));

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
