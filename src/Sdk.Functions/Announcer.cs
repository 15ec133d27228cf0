using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>Tells the coordinator that this plugin is there: when the app starts, and on every beat.</summary>
public sealed partial class Announcer : BackgroundService
{
    // Leaves room for the message's own properties below the bus's limit of 256 KB.
    private const int LargestBody = 200_000;

    // An old announcement tells nothing that a newer one does not; they must not pile up while no coordinator runs.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(2);

    private readonly PluginDefinition _definition;
    private readonly Operator _operations;
    private readonly PluginAppOptions _options;
    private readonly BusSenders _senders;
    private readonly SecretSeal _seal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _startedAt;

    internal Announcer(
        PluginDefinition definition, Operator operations, PluginAppOptions options, BusSenders senders, SecretSeal seal, TimeProvider time, ILogger<Announcer> logger)
    {
        (_definition, _operations, _options, _senders, _seal, _time, _logger) = (definition, operations, options, senders, seal, time, logger);
        _startedAt = time.GetUtcNow();
    }

    /// <summary>Sends one announcement.</summary>
    /// <exception cref="ServiceBusException">The bus did not take it.</exception>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        var announcement = _definition.Announce(_operations, _options.RequestQueue, _startedAt, _time.GetUtcNow());
        var body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement);
        if (body.Length > LargestBody)
        {
            LogWithoutJsonSchemas(body.Length);
            announcement = announcement with { ResourceTypes = [.. announcement.ResourceTypes.Select(t => t with { JsonSchema = null })] };
            body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement);
        }

        var message = BusSenders.Message(BusContract.AnnouncementSubject, new BinaryData(body));
        message.TimeToLive = TimeToLive;
        await _senders.SendAsync(BusContract.AnnouncementQueue, message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first announcement; the start of the app does not wait for it.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var manifest = _definition.Manifest;
        LogStarting(manifest.Name, manifest.Version, manifest.Namespace, _operations.Types.Count, _options.RequestQueue);
        try
        {
            await AnnounceAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (ServiceBusException notThere)
        {
            // The bus may start later than the app; the next beat tells it again.
            LogNotAnnounced(notThere);
        }

        // The first use of the key ring reads its files: better now than in the first operation.
        _seal.Open(_seal.Seal(JsonElement.Parse("\"warm\"")));
    }
}
