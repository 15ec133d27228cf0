using System.Diagnostics;
using System.Diagnostics.Metrics;
using Formae.Engine.Operations;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Telemetry;

namespace Formae.Coordination.Observability;

/// <summary>How operations on resources go, as their entities see it.</summary>
public static class OperationMeasures
{
    private static readonly Histogram<double> Operations = Measures.Times("formae.operation.duration", "From the beginning of an operation to its end, all attempts and waits included.");

    private static readonly Counter<long> Count = Measures.Meter.CreateCounter<long>("formae.operations", "{operation}", "Operations that have ended.");

    private static readonly Counter<long> Attempts = Measures.Meter.CreateCounter<long>("formae.operation.retries", "{attempt}", "Further attempts after a failure that may pass.");

    private static readonly Counter<long> Throttles = Measures.Meter.CreateCounter<long>("formae.operation.throttles", "{report}", "Reports that say that the provider throttles.");

    private static readonly Histogram<double> Writes = Measures.Times("formae.store.duration", "How long it took to write what came of an operation into the inventory.");

    private static readonly Counter<long> Entities = Measures.Meter.CreateCounter<long>("formae.entity.operations", "{operation}", "Operations of durable entities, those that were done again included.");

    private static readonly Counter<long> Activities = Measures.Meter.CreateCounter<long>("formae.orchestration.steps", "{step}", "Activities of orchestrations, those that were done again included.");

    /// <summary>An operation has ended; its outcome is announced.</summary>
    public static void Ended(Operation operation, Outcome outcome)
    {
        if (!Operations.Enabled && !Count.Enabled)
            return;
        var tags = Tags(operation);
        tags.Add(Attributes.Outcome, outcome.State.ToString());
        Count.Add(1, tags);
        Operations.Record(Math.Max(0, (outcome.FinishedAt - outcome.StartedAt).TotalSeconds), tags);
    }

    /// <summary>A request goes out; counted when it is a further attempt.</summary>
    public static void Sent(Operation operation, OperationEffect.Send send, OperationReport? report)
    {
        if (send.Attempt <= 1 || send.RequestId is not null || !Attempts.Enabled)
            return;
        var tags = Tags(operation);
        tags.Add(Attributes.ErrorType, report?.Problem?.Code ?? "Overdue");
        Attempts.Add(1, tags);
    }

    /// <summary>A report has come.</summary>
    public static void Reported(Operation? operation, OperationReport report)
    {
        if (operation is not null && report.Problem?.Code == ProblemCodes.Throttling && Throttles.Enabled)
            Throttles.Add(1, Tags(operation));
    }

    /// <summary>When a write to the inventory begins; 0 where nobody listens.</summary>
    public static long BeginStore() => Measures.Begin(Writes);

    /// <summary>It has been written.</summary>
    public static void EndStore(Operation operation, long begun)
    {
        if (begun != 0)
            Writes.RecordSince(begun, Tags(operation));
    }

    /// <summary>An entity carries an operation out.</summary>
    public static void Entity(string entity, string operation)
    {
        if (Entities.Enabled)
            Entities.Add(1, new TagList { { Attributes.Entity, entity }, { Attributes.Step, operation } });
    }

    /// <summary>An activity runs.</summary>
    public static void Activity(string name)
    {
        if (Activities.Enabled)
            Activities.Add(1, new TagList { { Attributes.Step, name } });
    }

    private static TagList Tags(Operation operation) => new() { { Attributes.Verb, operation.Kind.ToString().ToLowerInvariant() }, { Attributes.Namespace, operation.Namespace } };
}
