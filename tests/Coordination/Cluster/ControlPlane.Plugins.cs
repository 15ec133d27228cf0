using Formae.Coordination.Catalog;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>What a plugin says of itself, and what the operator says of it.</summary>
public sealed partial class ControlPlane
{
    /// <summary>The plugin announces itself, or says something else than before.</summary>
    public Task AnnounceAsync(Func<PluginAnnouncement, PluginAnnouncement>? change = null) =>
        Get<PluginCatalog>().AnnounceAsync((change ?? (announcement => announcement))(Announcement()), CancellationToken.None);

    /// <summary>Changes a setting while everything runs.</summary>
    public void Set(string name, string? value)
    {
        _configuration[name] = value;
        _configuration.Reload();
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"Within 60 s it was not seen that {what}.");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>What the plugin says of itself.</summary>
    public PluginAnnouncement Announcement() => Plugin.Definition.Announce(Plugin.Operator, RequestQueue, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow());
}
