using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Protocol.Bus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Bus;

/// <summary>What comes back from the plugins: reports go to the entity they belong to, unread and undecided; announcements go into the catalog.</summary>
public sealed partial class BusFunctions(PluginCatalog catalog, ILogger<BusFunctions> logger)
{
    [Function("Reports")]
    public async Task Reports(
        [ServiceBusTrigger(BusContract.ReportQueue, Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)] ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        await Task.WhenAll(messages.Select(message => DeliverAsync(message, actions, client, cancellation)));

    [Function("Announcements")]
    public async Task Announcements(
        [ServiceBusTrigger(BusContract.AnnouncementQueue, Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellation)
    {
        if (Read(message, BusContract.AnnouncementSubject, BusJson.Default.PluginAnnouncement) is not { } announcement)
        {
            await RefuseAsync(message, actions, "Unreadable", "The message is no plugin announcement.", cancellation);
            return;
        }

        // A beat comes every half minute, and would bury everything else in the log and among the dead letters. The catalog shows who is refused.
        var isNews = await catalog.AnnounceAsync(announcement, cancellation);
        if (isNews && PluginEntry.RefusalOf(announcement) is { } refusal)
        {
            await RefuseAsync(message, actions, "ContractMismatch", refusal, cancellation);
            return;
        }

        if (isNews)
            LogAnnounced(announcement.Name, announcement.Version, announcement.Namespace, announcement.ResourceTypes.Count);
        await actions.CompleteMessageAsync(message, cancellation);
    }

    private async Task DeliverAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, DurableTaskClient client, CancellationToken cancellation)
    {
        if (Read(message, BusContract.ReportSubject, BusJson.Default.OperationReports) is not { } batch)
        {
            await RefuseAsync(message, actions, "Unreadable", "The message holds no operation reports.", cancellation);
            return;
        }

        foreach (var stranger in await ReportDelivery.DeliverAsync(batch, client, cancellation))
            LogUnknownOperation(stranger.OperationId);
        await actions.CompleteMessageAsync(message, cancellation);
    }

    private static T? Read<T>(ServiceBusReceivedMessage message, string subject, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        if (message.Subject != subject)
            return null;
        try
        {
            return JsonSerializer.Deserialize(message.Body.ToMemory().Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task RefuseAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, string reason, string description, CancellationToken cancellation)
    {
        LogRefused(message.MessageId, reason, description);
        await actions.DeadLetterMessageAsync(message, propertiesToModify: null, reason, description, cancellation);
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "Plugin {Name} {Version} serves {Namespace} with {Types} resource types")]
    private partial void LogAnnounced(string name, string version, string @namespace, int types);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "Message {MessageId} was dead-lettered: {Reason}: {Description}")]
    private partial void LogRefused(string messageId, string reason, string description);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "A report names an operation that nobody knows: {OperationId}")]
    private partial void LogUnknownOperation(string operationId);
}
