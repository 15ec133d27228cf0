using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Bus;

/// <summary>What comes back from the plugins: reports go to the entity they belong to, unread and undecided; announcements go into the catalog.</summary>
public sealed partial class BusFunctions(MessageReader reader, PluginCatalog catalog, PluginHealth health, TimeProvider time, ILogger<BusFunctions> logger)
{
    private readonly DeliveryPatience _patience = DeliveryPatience.OfDeliveries(time, logger);

    [Function("Reports")]
    public async Task Reports(
        [ServiceBusTrigger(BusContract.ReportQueue, Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)] ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        await Task.WhenAll(messages.Select(message => DeliverOrGiveBackAsync(message, actions, client, cancellation)));

    [Function("Announcements")]
    public async Task Announcements(
        [ServiceBusTrigger(BusContract.AnnouncementQueue, Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellation)
    {
        var reading = await _patience.TryAsync(async () => await reader.ReadAsync(message, MessageKinds.Announcement, BusContract.AnnouncementQueue, cancellation), message.MessageId, cancellation);
        if (reading is not Reading<PluginAnnouncement>.Accepted { Body: var announcement, At: var at })
        {
            await RefuseAsync(message, actions, ((Reading<PluginAnnouncement>.Refused)reading).Refusal, cancellation);
            return;
        }

        // The message says when it was sent, so that a large announcement is left once for all beats; what was left is removed by its age.
        if (announcement.SentAt == default)
            announcement = announcement with { SentAt = at };

        // A beat comes every half minute, and would bury everything else in the log and among the dead letters. The catalog shows who is refused.
        var isNews = await _patience.TryAsync(() => catalog.AnnounceAsync(announcement, cancellation), message.MessageId, cancellation);
        if (isNews && catalog.RefusalOf(announcement) is { } refusal)
        {
            await RefuseAsync(message, actions, reader.Refuse(message, RefusalReason.ContractMismatch, refusal), cancellation);
            return;
        }

        if (isNews)
            LogAnnounced(announcement.Name, announcement.Version, announcement.Namespace, announcement.ResourceTypes.Count);
        await actions.CompleteMessageAsync(message, cancellation);
    }

    /// <summary>The Functions host gives nothing of a batch back when its function fails: the message would come again only when its lock ends.</summary>
    private async Task DeliverOrGiveBackAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, DurableTaskClient client, CancellationToken cancellation)
    {
        try
        {
            await DeliverAsync(message, actions, client, cancellation);
        }
        catch (Exception e)
        {
            LogGivenBack(message.MessageId, e);
            await actions.AbandonMessageAsync(message, propertiesToModify: null, CancellationToken.None);
            throw;
        }
    }

    private async Task DeliverAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, DurableTaskClient client, CancellationToken cancellation)
    {
        MessageMeasures.Received(BusContract.ReportQueue, message.EnqueuedTime);
        var reading = await _patience.TryAsync(async () => await reader.ReadAsync(message, MessageKinds.Reports, BusContract.ReportQueue, cancellation), message.MessageId, cancellation);
        if (reading is not Reading<OperationReports>.Accepted { Body: var batch, Payload: var payload })
        {
            await RefuseAsync(message, actions, ((Reading<OperationReports>.Refused)reading).Refusal, cancellation);
            return;
        }

        // Some may be signalled twice: an entity that has heard a report does nothing when it comes again.
        foreach (var stranger in await _patience.TryAsync(() => ReportDelivery.DeliverAsync(batch, client, cancellation), message.MessageId, cancellation))
            LogUnknownOperation(stranger.OperationId);
        await actions.CompleteMessageAsync(message, cancellation);
        await reader.SettledAsync(payload);
        await health.HearAsync(batch, cancellation);
    }

    private static Task RefuseAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, Refusal refusal, CancellationToken cancellation) =>
        actions.DeadLetterMessageAsync(message, propertiesToModify: null, refusal.Reason.ToString(), refusal.Description, cancellation);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "Plugin {Name} {Version} serves {Namespace} with {Types} resource types")]
    private partial void LogAnnounced(string name, string version, string @namespace, int types);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Message {MessageId} could not be handed on and is given back")]
    private partial void LogGivenBack(string messageId, Exception exception);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "A report names an operation that nobody knows: {OperationId}")]
    private partial void LogUnknownOperation(string operationId);
}
