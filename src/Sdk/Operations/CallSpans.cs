using System.Diagnostics;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Sdk;

/// <summary>The spans of one request in the plugin: it is taken from the queue, and the handler is called for it.</summary>
internal static class CallSpans
{
    public static Activity? Process(OperationRequest request) => !Spans.AreRecorded ? null
        : Spans.Continue(request.TraceParent, $"process {NameOf(request)}", ActivityKind.Consumer)
            ?.SetTag(Attributes.MessagingSystem, "servicebus")
            .SetTag(Attributes.MessagingOperation, "process")
            .SetTag(Attributes.MessageId, request.MessageId)
            .SetTag(Attributes.OperationId, request.OperationId)
            .SetTag(Attributes.Verb, request.Verb.ToString())
            .SetTag(Attributes.ResourceType, request.ResourceType)
            .SetTag(Attributes.ResourceLabel, request.Label)
            .SetTag(Attributes.Attempt, request.Attempt);

    public static Activity? Call(OperationRequest request) => request.TraceParent is null || !Spans.AreRecorded ? null
        : Spans.Begin($"handler {NameOf(request)}")?.SetTag(Attributes.ResourceType, request.ResourceType);

    private static string NameOf(OperationRequest request) => request.Verb.ToString().ToLowerInvariant();
}
