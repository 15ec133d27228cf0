using Formae.Coordination.Catalog;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Storage;

public sealed class CatalogTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly StoreFixture _store = new();

    public ValueTask InitializeAsync() => _store.InitializeAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_announcement_that_was_overtaken_changes_nothing_even_for_a_coordinator_that_has_just_started()
    {
        await _store.Catalog.AnnounceAsync(Of(process: 2, Noon), CancellationToken.None);
        var restarted = new PluginCatalog(_store.Tables, TimeProvider.System);

        await restarted.AnnounceAsync(Of(process: 1, Noon.AddSeconds(-1)), CancellationToken.None);

        Assert.Equal((2, Noon), (restarted.Find("DEMO")!.Announcement.ProcessId, restarted.Find("DEMO")!.LastBeat));
    }

    [Fact]
    public async Task Of_announcements_that_come_together_the_last_one_stays()
    {
        await Task.WhenAll(Enumerable.Range(1, 20).Select(second => Task.Run(() => _store.Catalog.AnnounceAsync(Of(process: second, Noon.AddSeconds(second)), CancellationToken.None))));

        Assert.Equal(20, _store.Catalog.Find("DEMO")!.Announcement.ProcessId);
    }

    private static PluginAnnouncement Of(int process, DateTimeOffset sentAt) =>
        new() { Name = "demo", Namespace = "DEMO", Version = "1.0.0", RequestQueue = "formae-requests-demo", ProcessId = process, SentAt = sentAt };
}
