using System.Security.Cryptography;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>Tells the coordinator that this plugin is there: when the app starts, and on every beat.</summary>
public sealed partial class Announcer : BackgroundService
{
    // An old announcement tells nothing that a newer one does not; they must not pile up while no coordinator runs.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(2);

    private readonly PluginDefinition _definition;
    private readonly Operator _operations;
    private readonly PluginAppOptions _options;
    private readonly BusSenders _senders;
    private readonly SecretSeal _seal;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _startedAt;
    private byte[]? _body;

    internal Announcer(
        PluginDefinition definition, Operator operations, PluginAppOptions options, BusSenders senders, SecretSeal seal, TimeProvider time, ILogger<Announcer> logger)
    {
        (_definition, _operations, _options, _senders, _seal, _logger) = (definition, operations, options, senders, seal, logger);
        _startedAt = time.GetUtcNow();
    }

    /// <summary>Sends one announcement.</summary>
    /// <exception cref="ServiceBusException">The bus did not take it.</exception>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        // The message says when it was sent. Without that every beat is the same, and one that is too large to travel is left once for all of them.
        _body ??= JsonSerializer.SerializeToUtf8Bytes(_definition.Announce(_operations, _options.RequestQueue, _startedAt, default), BusJson.Default.PluginAnnouncement);
        await _senders.SendAsync(
            new OutgoingMessage { Queue = BusContract.AnnouncementQueue, Subject = BusContract.AnnouncementSubject, Body = _body, TimeToLive = TimeToLive },
            cancellationToken).ConfigureAwait(false);
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
        catch (Exception notThere) when (!stoppingToken.IsCancellationRequested)
        {
            // The bus, or the place of payloads, may come later than the app, and so may the app's right to use them; the next beat tells it again. What left this method would end the app.
            LogNotAnnounced(notThere);
        }

        // The first use of the key ring reads its keys: better now than in the first operation.
        try
        {
            _seal.Open(_seal.Seal(JsonElement.Parse("\"warm\"")));
        }
        catch (CryptographicException notYet)
        {
            // The coordinator makes the first key, and may come later than the app; until then there are no secrets to open either.
            LogNoKeyYet(notYet);
        }
    }
}
