using Azure.Messaging.ServiceBus;
using Formae.Sdk.Functions;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Plugins.Notifier;

/// <summary>What every plugin that listens has, as docs/plugins.md shows it.</summary>
public sealed class EventFunction(EventListener events)
{
    [Function("Events")]
    public Task RunAsync(
        [ServiceBusTrigger("%FORMAE_EVENTS_TOPIC%", "%FORMAE_EVENTS_SUBSCRIPTION%", Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) => events.TakeAsync(message, actions, cancellationToken);
}
