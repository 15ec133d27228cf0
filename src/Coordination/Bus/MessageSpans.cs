using System.Diagnostics;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Coordination.Bus;

/// <summary>The spans of messages, as OpenTelemetry's conventions for messaging have them: one when a message is sent, one when what it says is taken up.</summary>
internal static class MessageSpans
{
    public static Activity? Send(OperationRequest request, string queue) => !Spans.AreRecorded ? null
        : Spans.Continue(request.TraceParent, $"send {queue}", ActivityKind.Producer)
            ?.SetTag(Attributes.MessagingSystem, "servicebus")
            .SetTag(Attributes.MessagingOperation, "send")
            .SetTag(Attributes.Queue, queue)
            .SetTag(Attributes.MessageId, request.MessageId)
            .SetTag(Attributes.OperationId, request.OperationId)
            .SetTag(Attributes.Verb, request.Verb.ToString())
            .SetTag(Attributes.ResourceType, request.ResourceType)
            .SetTag(Attributes.Attempt, request.Attempt);

    public static Activity? Deliver(OperationReport report) =>
        Spans.Continue(report.TraceParent, $"process {BusContract.ReportQueue}", ActivityKind.Consumer)
            ?.SetTag(Attributes.MessagingSystem, "servicebus")
            .SetTag(Attributes.MessagingOperation, "process")
            .SetTag(Attributes.Queue, BusContract.ReportQueue)
            .SetTag(Attributes.OperationId, report.OperationId)
            .SetTag(Attributes.Outcome, report.Status.ToString());
}
