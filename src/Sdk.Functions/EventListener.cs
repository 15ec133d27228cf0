using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>
/// What the function of a plugin that listens hands its messages to. It sees that the coordinator has sent them, has them handled, and settles them: after the handler, so that
/// a crash means that an event comes again.
/// </summary>
public sealed class EventListener
{
    private readonly IEventHandler _handler;
    private readonly MessageReader _reader;
    private readonly ILogger _logger;
    private readonly string _topic;
    private readonly string _source;

    internal EventListener(IEventHandler handler, MessageReader reader, IConfiguration settings, ILogger<EventListener> logger)
    {
        (_handler, _reader, _logger) = (handler, reader, logger);
        _topic = settings["FORMAE_EVENTS_TOPIC"] is { Length: > 0 } topic ? topic : throw Missing("FORMAE_EVENTS_TOPIC", "the topic that events come from");
        _source = settings["FORMAE_EVENTS_SUBSCRIPTION"] is { Length: > 0 } subscription ? $"{_topic}/{subscription}" : throw Missing("FORMAE_EVENTS_SUBSCRIPTION", "the app's subscription of it");
    }

    /// <summary>Takes one message of the app's subscription.</summary>
    /// <param name="message">As the trigger hands it over.</param>
    /// <param name="actions">Of the same trigger, which must not complete messages by itself (<c>AutoCompleteMessages = false</c>).</param>
    /// <param name="cancellationToken">The function's.</param>
    public async Task TakeAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(actions);
        MessageMeasures.Received(_source, message.EnqueuedTime);
        var reading = await _reader.ReadAsync(message, MessageKinds.Event(message.Subject), _topic, cancellationToken).ConfigureAwait(false);
        if (reading is not Reading<ControlPlaneEvent>.Accepted { Body: var happened })
        {
            var refusal = ((Reading<ControlPlaneEvent>.Refused)reading).Refusal;
            await actions.DeadLetterMessageAsync(message, null, refusal.Reason.ToString(), refusal.Description, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var scope = _logger.BeginScope(LogFields.OfCommand(happened.Data.CommandId));
        using (var span = Spans.Continue(message.ApplicationProperties.GetValueOrDefault(MessageProperties.TraceParent) as string, $"process {_topic}", ActivityKind.Consumer))
        {
            span?.SetTag(Attributes.MessagingSystem, "servicebus").SetTag(Attributes.MessagingOperation, "process").SetTag(Attributes.Queue, _source).SetTag(Attributes.MessageId, message.MessageId);
            await _handler.HandleAsync(happened, cancellationToken).ConfigureAwait(false);
        }

        await actions.CompleteMessageAsync(message, CancellationToken.None).ConfigureAwait(false);
    }

    private static InvalidOperationException Missing(string setting, string what) =>
        new($"The setting {setting} is missing: {what}. 'formae up' and the Bicep files set it for plugins whose plugin.json has \"events\".");
}
