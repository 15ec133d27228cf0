using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Acceptance;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

/// <summary>A write to the inventory that ends at any of its requests and is repeated leaves what one that went well leaves.</summary>
public sealed class InterruptedWriteTests : IAsyncLifetime
{
    private const string Stack = "half";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly KsuidSource _ksuids = new(TimeProvider.System);
    private readonly TempFolder _folder = new();
    private readonly BreakingTables _breaking;
    private readonly FormaeTables _tables;
    private readonly ResourceStore _resources;
    private readonly VersionStore _versions;
    private readonly ChangeLog _log;

    public InterruptedWriteTests()
    {
        _breaking = new BreakingTables(new SqliteTableTransport(new Uri(_folder.File("tables.db"))));
        _tables = new FormaeTables(new TableServiceClient(_breaking), new FolderPayloads(_folder.File("payloads")));
        var catalog = new PluginCatalog(_tables, TimeProvider.System);
        _resources = new ResourceStore(_tables, catalog, _ksuids);
        _versions = new VersionStore(_tables, catalog);
        _log = new ChangeLog(_tables);
    }

    public async ValueTask InitializeAsync() => await _tables.CreateAsync(_cancellation);

    public async ValueTask DisposeAsync()
    {
        await EmbeddedTables.CloseAsync(_folder.File("tables.db"));
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Break.KilledBefore)]
    [InlineData(Break.KilledAfter)]
    [InlineData(Break.FailsBefore)]
    [InlineData(Break.FailsAfter)]
    public async Task A_create_is_one_version(Break how)
    {
        for (var at = 1; ; at++)
        {
            var resource = New(at);
            if (!await InterruptAsync(how, at, () => _resources.PutAsync(resource, null, "create", "c1", _cancellation)))
                break;
            await HistoryIsAsync(resource.Ksuid!, "create c1");
        }
    }

    [Theory]
    [InlineData(Break.KilledBefore)]
    [InlineData(Break.KilledAfter)]
    [InlineData(Break.FailsBefore)]
    [InlineData(Break.FailsAfter)]
    public async Task A_second_object_of_one_create_is_one_version_of_one_resource(Break how)
    {
        for (var at = 1; ; at++)
        {
            var second = (await CreatedAsync(at)) with { NativeId = $"second-{how}-{at}" };
            if (!await InterruptAsync(how, at, () => _resources.PutSecondAsync(second, "c1", _cancellation)))
                break;
            var kept = (await _resources.FindByNativeIdAsync(second.Type, second.Target, second.NativeId, _cancellation))!;
            var versions = await _tables.Versions.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"NativeId eq {second.NativeId}"), cancellationToken: _cancellation).ToListAsync(_cancellation);
            Assert.Equal(kept.Ksuid, Assert.Single(versions).PartitionKey);
        }
    }

    [Theory]
    [InlineData(Break.KilledBefore)]
    [InlineData(Break.KilledAfter)]
    [InlineData(Break.FailsBefore)]
    [InlineData(Break.FailsAfter)]
    public async Task An_update_is_one_version_and_the_version_before_it_is_found(Break how)
    {
        for (var at = 1; ; at++)
        {
            var before = await CreatedAsync(at);
            if (!await InterruptAsync(how, at, () => _resources.PutAsync(before with { Label = $"{before.Label}-renamed", Group = "changed" }, before, "update", "c2", _cancellation)))
                break;
            await HistoryIsAsync(before.Ksuid!, "create c1", "update c2");
            var live = (await _resources.FindAsync(before.Ksuid!, _cancellation))!.Value.Resource;
            Assert.Equal("changed", live.Group);
            Assert.Equal(before.Version, (await _versions.FindBeforeAsync(before.Ksuid!, live.Version!, _cancellation))!.Version);
        }
    }

    [Theory]
    [InlineData(Break.KilledBefore)]
    [InlineData(Break.KilledAfter)]
    [InlineData(Break.FailsBefore)]
    [InlineData(Break.FailsAfter)]
    public async Task A_removal_is_one_tombstone(Break how)
    {
        for (var at = 1; ; at++)
        {
            var before = await CreatedAsync(at);
            if (!await InterruptAsync(how, at, () => _resources.RemoveAsync(before, "c2", _cancellation)))
                break;
            await HistoryIsAsync(before.Ksuid!, "create c1", "delete c2");
            Assert.Null(await _resources.FindAsync(before.Ksuid!, _cancellation));
        }
    }

    /// <summary>False when the write has fewer requests.</summary>
    private async Task<bool> InterruptAsync(Break how, int at, Func<Task> write)
    {
        try
        {
            await _breaking.BreakAsync(how, at, async _ =>
            {
                await write();
                return true;
            });
        }
        catch (RequestFailedException failure) when (failure.Status == 503 && _breaking.IsBroken)
        {
            _breaking.Revive();
            await write();
        }

        return _breaking.IsBroken;
    }

    private async Task HistoryIsAsync(string ksuid, params string[] expected)
    {
        var versions = await VersionsAsync(ksuid);
        Assert.Equal(expected, versions.Select(version => $"{version.Operation} {version.CommandId}"));
        var changes = new List<string>();
        await foreach (var change in _log.ReadAsync(Stack, _cancellation))
        {
            if (change.Ksuid == ksuid)
                changes.Insert(0, change.Version);
        }

        Assert.Equal(versions.Select(version => version.Resource.Version), changes);
        if (expected[^1].StartsWith("delete", StringComparison.Ordinal))
            return;
        Assert.Equal(changes[^1], (await _resources.FindAsync(ksuid, _cancellation))!.Value.Resource.Version);
    }

    private async Task<List<ResourceVersion>> VersionsAsync(string ksuid) => [.. (await _versions.ReadAsync(ksuid, before: null, 100, _cancellation)).Reverse()];

    private async Task<Resource> CreatedAsync(int at)
    {
        var resource = New(at);
        await _resources.PutAsync(resource, null, "create", "c1", _cancellation);
        return (await _resources.FindAsync(resource.Ksuid!, _cancellation))!.Value.Resource;
    }

    private Resource New(int at) => new()
    {
        Ksuid = _ksuids.Next(),
        Stack = Stack,
        Type = "Test::A::B",
        Label = $"r{at}",
        Target = "t",
        NativeId = $"native-{at}",
        Managed = true,
        Properties = JsonElement.Parse("""{"Name":"x"}"""),
    };
}
