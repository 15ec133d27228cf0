using System.Diagnostics;
using System.Diagnostics.Metrics;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Sdk;

/// <summary>How long the plugin takes for a request, and how many are at work.</summary>
internal static class CallMeasures
{
    private static readonly Histogram<double> Calls = Measures.Times("formae.plugin.call.duration", "How long a plugin took for a request, secrets and comparison included.");

    private static readonly UpDownCounter<long> Active = Measures.Meter.CreateUpDownCounter<long>("formae.plugin.calls.active", "{call}", "Requests that a plugin is at work on.");

    public static long Begin(OperationRequest request)
    {
        if (Active.Enabled)
            Active.Add(1, Tags(request));
        return Measures.Begin(Calls);
    }

    public static void End(OperationRequest request, bool isKnown, Outcome? outcome, long begun)
    {
        if (Active.Enabled)
            Active.Add(-1, Tags(request));
        if (begun == 0)
            return;
        var tags = Tags(request);

        // A type that the plugin does not serve is whatever the request says; only names of the schema may become attributes.
        if (isKnown)
            tags.Add(Attributes.ResourceType, request.ResourceType);
        tags.Add(Attributes.Outcome, outcome?.Status.ToString() ?? "Stopped");
        if (outcome?.Problem is { } problem)
            tags.Add(Attributes.ErrorType, problem.Code);
        Calls.RecordSince(begun, tags);
    }

    private static TagList Tags(OperationRequest request) => new() { { Attributes.Verb, request.Verb.ToString().ToLowerInvariant() } };
}
