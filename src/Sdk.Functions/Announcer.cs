using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>Tells the coordinator that this plugin is there: when the app starts, and on every beat.</summary>
internal sealed partial class Announcer(
    PluginDefinition definition,
    Operator operations,
    PluginAppOptions options,
    BusSenders senders,
    SecretSeal seal,
    TimeProvider time,
    ILogger<Announcer> logger) : IHostedService
{
    // Leaves room for the message's own properties below the bus's limit of 256 KB.
    private const int LargestBody = 200_000;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The first use of the key ring reads its files: better now than in the first operation.
        seal.Open(seal.Seal(JsonElement.Parse("\"warm\"")));
        var manifest = definition.Manifest;
        LogStarting(manifest.Name, manifest.Version, manifest.Namespace, operations.Types.Count, options.RequestQueue);
        try
        {
            await AnnounceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceBusException notThere)
        {
            // The bus may start later than the app; the next beat tells it again.
            LogNotAnnounced(notThere);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var announcement = definition.Announce(operations, options.RequestQueue, _startedAt, time.GetUtcNow());
        var body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement);
        if (body.Length > LargestBody)
        {
            LogWithoutJsonSchemas(body.Length);
            announcement = announcement with { ResourceTypes = [.. announcement.ResourceTypes.Select(t => t with { JsonSchema = null })] };
            body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement);
        }

        await senders.SendAsync(BusContract.AnnouncementQueue, BusContract.AnnouncementSubject, new BinaryData(body), cancellationToken).ConfigureAwait(false);
    }
}
