using System.Diagnostics;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Coordination.Operations;

/// <summary>The spans of an operation as its entity carries it out. They say what it is about, and never a value of it.</summary>
public static class OperationSpans
{
    /// <summary>The operation begins: its messages belong here, however many there will be.</summary>
    public static Activity? Begin(BeginOperation begin, string ksuid) =>
        Spans.Continue(begin.TraceParent, "begin")?.SetTag(Attributes.CommandId, begin.CommandId).SetTag("formae.ksuid", ksuid);

    /// <summary>What the row says that it is.</summary>
    public static void Describe(Activity? span, Preparation preparation)
    {
        if (span is null)
            return;
        span.DisplayName = $"begin {Name(preparation.Operation)}";
        span.SetTag(Attributes.OperationId, OperationName.Of(preparation.Operation).ToString());
        if (preparation.Update is { Plan.Resource: var resource })
            span.SetTag(Attributes.ResourceType, resource.Type).SetTag(Attributes.ResourceLabel, resource.Label).SetTag(Attributes.Stack, resource.Stack).SetTag(Attributes.Target, resource.Target);
        if (preparation.Unusable is not null)
            span.Fail("Unusable");
    }

    /// <summary>A report has come to the entity.</summary>
    public static Activity? Report(OperationReport report) =>
        Spans.Continue(report.TraceParent, "take report")?.SetTag(Attributes.OperationId, report.OperationId).SetTag(Attributes.Attempt, report.Attempt).SetTag(Attributes.Outcome, report.Status.ToString());

    /// <summary>What it says is written into the inventory.</summary>
    public static Activity? Store() => Activity.Current is null ? null : Spans.Begin("store resource");

    /// <summary>How long the operation took in all, and what came of it.</summary>
    public static void Ended(Operation operation, Outcome outcome)
    {
        if (operation.TraceParent is null || !Spans.AreRecorded)
            return;
        using var span = Spans.Ended(operation.TraceParent, Name(operation), outcome.StartedAt, outcome.FinishedAt);
        span?.SetTag(Attributes.OperationId, OperationName.Of(operation).ToString()).SetTag(Attributes.Outcome, outcome.State.ToString()).SetTag(Attributes.Attempt, outcome.Attempt);
        if (outcome.State == OutcomeState.Failed)
            span.Fail(outcome.State.ToString());
    }

    private static string Name(Operation operation) => operation.Kind.ToString().ToLowerInvariant();
}
