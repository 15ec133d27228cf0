using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Acceptance;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;
using Formae.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Storage;

/// <summary>Payloads of rows live exactly as long as a row has the claim of them.</summary>
public sealed class RowPayloadSweepTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = RowPayloadSweep.Kept + TimeSpan.FromMinutes(1);

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly KsuidSource _ksuids = new(TimeProvider.System);
    private AgingTables _storage = null!;
    private ResourceStore _resources = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = await AgingTables.CreateAsync();
        _resources = new ResourceStore(_storage.Tables, new PluginCatalog(_storage.Tables, TimeProvider.System), _ksuids);
    }

    public async ValueTask DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task What_rows_refer_to_stays_however_often_is_swept()
    {
        var resource = New('a');
        await _resources.PutAsync(resource, null, "create", "c1", _cancellation);
        await _resources.PutAsync(resource with { Properties = Text('b') }, resource, "update", "c2", _cancellation);

        Assert.Equal(0, await SweepAsync(times: 4));

        Assert.Equal(2, PayloadCount);
        Assert.Equal('b', await FirstOfAsync(resource));
    }

    [Fact]
    public async Task What_no_row_refers_to_any_more_goes_after_a_while_and_not_before()
    {
        await PutStackAsync("s", 'a');
        await PutStackAsync("s", 'b');

        Assert.Equal(0, await RunAsync());
        Age();
        Assert.Equal(0, await RunAsync());

        // Marked only now: whoever read the row before has as long again.
        Assert.Equal(0, await RunAsync());
        Assert.Equal(2, PayloadCount);
        Age();
        Assert.Equal(1, await RunAsync());

        Assert.Equal(1, PayloadCount);
        Assert.Equal('b', (await new StackStore(_storage.Tables, TimeProvider.System).FindAsync("s", _cancellation))!.Description![0]);
        Assert.Single(await _storage.Tables.PayloadUses.ReadAsync(null, _cancellation));
    }

    [Fact]
    public async Task A_payload_that_two_rows_share_goes_with_the_last_of_them()
    {
        await PutAsync("one", 'a');
        await PutAsync("two", 'a');
        Assert.Equal(1, PayloadCount);

        await PutAsync("one", 'b');
        Assert.Equal(0, await SweepAsync(times: 4));
        Assert.Equal(2, PayloadCount);

        await PutAsync("two", 'b');
        Assert.Equal(1, await SweepAsync(times: 4));
        Assert.Equal(1, PayloadCount);
    }

    [Fact]
    public async Task What_is_needed_again_before_it_went_stays()
    {
        await PutStackAsync("s", 'a');
        await PutStackAsync("s", 'b');
        Age();
        await RunAsync();
        Age();

        // Marked, and old enough to go. Now its text comes back.
        await PutStackAsync("s", 'a');

        Assert.Equal(1, await SweepAsync(times: 4));
        Assert.Equal('a', (await new StackStore(_storage.Tables, TimeProvider.System).FindAsync("s", _cancellation))!.Description![0]);
    }

    [Fact]
    public async Task A_write_that_was_killed_at_any_of_its_requests_leaves_nothing_for_good_and_takes_nothing_away()
    {
        var resource = New('a');
        await _resources.PutAsync(resource, null, "create", "c1", _cancellation);
        for (var at = 1; ; at++)
        {
            var breaking = new BreakingTables(_storage.Transport);
            var tables = new FormaeTables(new TableServiceClient(breaking), _storage.Payloads);
            var interrupted = new ResourceStore(tables, new PluginCatalog(tables, TimeProvider.System), _ksuids);
            var next = resource with { Properties = Text((char)('b' + at)) };
            if (!await InterruptAsync(breaking, at, () => interrupted.PutAsync(next, resource, "update", $"k{at}", _cancellation)))
                break;

            // Nobody repeats it: the command was given up. Whatever the rows say now must be there.
            await SweepAsync(times: 4);
            _ = await FirstOfAsync(resource);
            foreach (var version in await new VersionStore(_storage.Tables, new PluginCatalog(_storage.Tables, TimeProvider.System)).ReadAsync(resource.Ksuid!, before: null, 100, _cancellation))
                Assert.NotNull(version.Resource.Properties);
        }

        var claimed = (await _storage.Tables.Versions.ReadAsync(null, _cancellation)).Concat(await _storage.Tables.Resources.ReadAsync(null, _cancellation))
            .Select(row => row.GetString("DocumentClaim")).Distinct().Count();
        Assert.Equal(claimed, PayloadCount);
    }

    [Fact]
    public async Task A_sweep_that_was_killed_at_any_of_its_requests_is_mended_by_the_next()
    {
        for (var at = 1; ; at++)
        {
            await PutStackAsync("s", 'a');
            await PutStackAsync("s", 'b');
            Age();
            await RunAsync();
            Age();
            var breaking = new BreakingTables(_storage.Transport);
            var tables = new FormaeTables(new TableServiceClient(breaking), _storage.Payloads);
            if (!await InterruptAsync(breaking, at, () => Sweep(tables).RunAsync(_cancellation)))
                break;

            await SweepAsync(times: 4);
            Assert.Equal(1, PayloadCount);
            Assert.Single(await _storage.Tables.PayloadUses.ReadAsync(null, _cancellation));
        }
    }

    [Fact]
    public async Task The_next_page_of_uses_is_looked_at_the_next_time()
    {
        // More uses than a page holds, all of the same payload.
        for (var stack = 0; stack < 501; stack++)
            await _storage.Tables.Texts.MergeAsync(_storage.Tables.Stacks, new TableEntity("stack", $"{stack}"), "Document", LongText('a'), _cancellation);
        Assert.Equal(501, (await _storage.Tables.PayloadUses.ReadAsync(null, _cancellation)).Count);

        // No row was written: two pages to mark, two to end.
        Assert.Equal(1, await SweepAsync(times: 6));

        Assert.Equal(0, PayloadCount);
        Assert.Empty(await _storage.Tables.PayloadUses.ReadAsync(null, _cancellation));
    }

    /// <summary>Whether it came to the request that it was killed at.</summary>
    private static async Task<bool> InterruptAsync(BreakingTables tables, int at, Func<Task> work)
    {
        try
        {
            await tables.BreakAsync(Break.KilledBefore, at, async _ =>
            {
                await work();
                return true;
            });
        }
        catch (RequestFailedException) when (tables.IsBroken)
        {
            // As it was to be.
        }

        return tables.IsBroken;
    }

    private async Task PutAsync(string key, char letter)
    {
        var row = new TableEntity("p", key);
        await _storage.Tables.Texts.WriteAsync(_storage.Tables.Targets, row, "Document", LongText(letter), _cancellation);
        await _storage.Tables.Targets.UpsertEntityAsync(row, TableUpdateMode.Replace, _cancellation);
    }

    private int PayloadCount => Directory.Exists(Rows) ? Directory.GetFiles(Rows).Length : 0;

    private string Rows => Path.Combine(_storage.PayloadFolder, PayloadStore.Rows);

    private async Task<int> SweepAsync(int times)
    {
        var removed = 0;
        for (var time = 0; time < times; time++)
        {
            Age();
            removed += await RunAsync();
        }

        return removed;
    }

    private Task<int> RunAsync() => Sweep(_storage.Tables).RunAsync(_cancellation);

    private RowPayloadSweep Sweep(FormaeTables tables) => new(tables, _storage.Payloads, new StorageClock(tables), NullLogger<RowPayloadSweep>.Instance);

    /// <summary>The clock of the tables goes on, so everything that was written so far is old; the files are as old as that makes them.</summary>
    private void Age() => _storage.Age(Long);

    private Task PutStackAsync(string label, char letter) => new StackStore(_storage.Tables, TimeProvider.System).PutAsync(new Stack { Label = label, Description = LongText(letter) }, _cancellation);

    private async Task<char> FirstOfAsync(Resource resource) => (await _resources.FindAsync(resource.Key, _cancellation))!.Properties!.Value.GetProperty("Text").GetString()![0];

    private Resource New(char letter) => new() { Ksuid = _ksuids.Next(), Type = "A::B::C", Label = "r", Stack = "s", Target = "t", Properties = Text(letter) };

    private static JsonElement Text(char letter) => JsonSerializer.SerializeToElement(new { Text = LongText(letter) });

    private static string LongText(char letter) => new(letter, 600_000);
}
