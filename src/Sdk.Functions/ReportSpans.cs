using System.Diagnostics;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Sdk.Functions;

/// <summary>The span of a message of reports: beneath the work that the first of them tells of, and linked to that of the others.</summary>
internal static class ReportSpans
{
    public static Activity? Send(List<ReportQueue.Waiting> reports)
    {
        if (!Spans.AreRecorded)
            return null;
        var span = Spans.Continue(reports.Find(report => report.TraceParent is not null).TraceParent, $"send {BusContract.ReportQueue}", ActivityKind.Producer)
            ?.SetTag(Attributes.MessagingSystem, "servicebus")
            .SetTag(Attributes.MessagingOperation, "send")
            .SetTag(Attributes.Queue, BusContract.ReportQueue)
            .SetTag(Attributes.BatchCount, reports.Count);
        foreach (var other in reports.Skip(1))
        {
            if (span is not null && ActivityContext.TryParse(other.TraceParent, null, isRemote: true, out var context))
                span.AddLink(new ActivityLink(context));
        }

        return span;
    }
}
