using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Messages;

/// <summary>Three plugins announce themselves: one speaks too old a contract, one the right one, one too new.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A15_a_plugin_of_another_contract_is_refused_with_both_versions_named()
    {
        var now = BusContract.Version;
        var old = await BusTap.DeadLetterAsync(_plane, BusContract.AnnouncementQueue, await AnnouncementAsync("TooOld", now - 1, now - 1));
        var future = await BusTap.DeadLetterAsync(_plane, BusContract.AnnouncementQueue, await AnnouncementAsync("TooNew", now + 1, now + 2));
        await BusTap.SendAsync(_plane, BusContract.AnnouncementQueue, await AnnouncementAsync("Matching", now - 1, now + 1));
        await BusTap.EmptyAsync(_plane, BusContract.AnnouncementQueue);

        Assert.All((string[])[old.DeadLetterReason, future.DeadLetterReason], reason => Assert.Equal(nameof(RefusalReason.ContractMismatch), reason));
        Assert.Contains($"contract {now - 1}; this control plane speaks contract {now}", old.DeadLetterErrorDescription, StringComparison.Ordinal);
        Assert.Contains($"contracts {now + 1} to {now + 2}; this control plane speaks contract {now}", future.DeadLetterErrorDescription, StringComparison.Ordinal);

        var catalog = _plane.Get<PluginCatalog>();
        await catalog.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(catalog.Find("Matching"));
        Assert.All((string[])["TooOld", "TooNew"], name => Assert.Null(catalog.QueueOf(name)));
    }

    private async Task<Azure.Messaging.ServiceBus.ServiceBusMessage> AnnouncementAsync(string name, int from, int to) => await _plane.OfPlugin<MessageWriter>().WriteAsync(
        new OutgoingMessage
        {
            Queue = BusContract.AnnouncementQueue,
            Subject = BusContract.AnnouncementSubject,
            Body = JsonSerializer.SerializeToUtf8Bytes(
                new PluginAnnouncement { Name = name.ToLowerInvariant(), Namespace = name, Version = "1.0.0", MinContract = from, MaxContract = to, RequestQueue = $"formae-requests-{name}", StartedAt = TimeProvider.System.GetUtcNow() },
                BusJson.Default.PluginAnnouncement),
        },
        TestContext.Current.CancellationToken);
}
