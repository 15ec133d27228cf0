using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

/// <summary>Takes one request from the plugin's queue, serves it and sends its report. Only then is the request settled, so a crash means that it comes again.</summary>
/// <param name="operations">Serves the request.</param>
/// <param name="reports">Sends the report.</param>
/// <param name="logger">Says what was refused.</param>
public sealed partial class OperationFunction(Operator operations, ReportBatch reports, ILogger<OperationFunction> logger)
{
    /// <summary>Serves one message.</summary>
    [Function("Operation")]
    public async Task RunAsync(
        [ServiceBusTrigger("%FormaeRequestQueue%", Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken)
    {
        if (!TryRead(message, out var request, out var reason))
        {
            LogDeadLettered(message.MessageId, reason);
            await actions.DeadLetterMessageAsync(message, null, "UnreadableRequest", reason, cancellationToken).ConfigureAwait(false);
            return;
        }

        OperationReport report;
        using (reports.Begin())
            report = await operations.ExecuteAsync(request, cancellationToken).ConfigureAwait(false);
        await reports.SendAsync(request.ReportTo, report).ConfigureAwait(false);

        // The report is on its way whether or not the app is told to stop: settling the request late would only repeat the work.
        await actions.CompleteMessageAsync(message, CancellationToken.None).ConfigureAwait(false);
    }

    private static bool TryRead(ServiceBusReceivedMessage message, out OperationRequest request, out string reason)
    {
        request = null!;
        reason = "";
        if (message.Subject != BusContract.RequestSubject)
        {
            reason = $"The subject is '{message.Subject}'; this queue takes '{BusContract.RequestSubject}' only.";
            return false;
        }

        try
        {
            request = JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.OperationRequest)!;
        }
        catch (JsonException wrong)
        {
            reason = $"The body is no operation request: it is wrong at '{wrong.Path}'.";
            return false;
        }

        if (request is null || string.IsNullOrEmpty(request.ReportTo))
            reason = "The request does not say where to report to.";
        return reason.Length == 0;
    }
}
