using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>Takes one request from the plugin's queue, serves it and sends its report. Only then is the request settled, so a crash means that it comes again.</summary>
/// <param name="operations">Serves the request.</param>
/// <param name="reports">Sends the report.</param>
/// <param name="reader">Opens the message.</param>
/// <param name="options">Say which queue is the app's.</param>
/// <param name="logger">Names the operation in every line that is logged for it.</param>
/// <param name="time">The clock of pauses; default the system's.</param>
public sealed class OperationFunction(Operator operations, ReportBatch reports, MessageReader reader, PluginAppOptions options, ILogger<OperationFunction> logger, TimeProvider? time = null)
{
    private readonly DeliveryPatience _patience = DeliveryPatience.OfDeliveries(time ?? TimeProvider.System, logger);

    /// <summary>Serves one message.</summary>
    [Function("Operation")]
    public async Task RunAsync(
        [ServiceBusTrigger("%FormaeRequestQueue%", Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken)
    {
        MessageMeasures.Received(options.RequestQueue, message.EnqueuedTime);
        var reading = await _patience.TryAsync(
            async () => await reader.ReadAsync(message, MessageKinds.Request, options.RequestQueue, cancellationToken).ConfigureAwait(false), message.MessageId, cancellationToken).ConfigureAwait(false);
        if (reading is Reading<OperationRequest>.Accepted { Body.ReportTo: "" })
            reading = new Reading<OperationRequest>.Refused(reader.Refuse(message, RefusalReason.Unreadable, "The request does not say where to report to. Drop it."));
        if (reading is not Reading<OperationRequest>.Accepted { Body: var request, Payload: var payload })
        {
            var refusal = ((Reading<OperationRequest>.Refused)reading).Refusal;
            await actions.DeadLetterMessageAsync(message, null, refusal.Reason.ToString(), refusal.Description, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var scope = logger.BeginScope(LogFields.OfOperation(request.OperationId, request.ResourceType));
        var report = reports.Unsent.Find(message.MessageId);
        if (report is null)
        {
            using (reports.Begin())
                report = await operations.ExecuteAsync(request, message.DeliveryCount, cancellationToken).ConfigureAwait(false);
            reports.Unsent.Keep(message.MessageId, report);
        }

        await reports.SendAsync(request.ReportTo, report, cancellationToken).ConfigureAwait(false);
        reports.Unsent.Forget(message.MessageId);

        // The report is on its way whether or not the app is told to stop: settling the request late would only repeat the work.
        await actions.CompleteMessageAsync(message, CancellationToken.None).ConfigureAwait(false);
        await reader.SettledAsync(payload).ConfigureAwait(false);
    }
}
