using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>What the entity of a resource remembers.</summary>
public sealed class ResourceEntityState
{
    public OperationState Operation { get; set; } = new OperationState.Idle();

    /// <summary>Producer → its properties (secrets sealed), as far as they had to be read for the operation under way.</summary>
    public Dictionary<string, JsonElement> References { get; set; } = [];

    /// <summary>The same, for what is too large to be remembered here.</summary>
    public Dictionary<string, PayloadClaim> LargeReferences { get; set; } = [];

    /// <summary>The message that was sent last, where it was to be delivered later.</summary>
    public ScheduledRequest? Scheduled { get; set; }

    /// <summary>The look at the cloud whose answer is waited for, on behalf of a synchronisation.</summary>
    public LookAtResource? Look { get; set; }
}

/// <summary>
/// The durable shell of <see cref="OperationMachine"/>, one per resource, key = KSUID. Effects are carried out before the state is committed,
/// so each may happen twice: messages carry computable ids, rows are written by what they say, the command ignores what it has heard before.
/// </summary>
public sealed partial class ResourceEntity(DurableTaskClient client, OperationExecution execution, ResourceSynchronization synchronization, ReportClaims claims, TimeProvider time, ILogger logger) : TaskEntity<ResourceEntityState>
{
    /// <summary>Begins an update. For one that it knows already, this asks how it is: whether it is overdue, or done and not heard of.</summary>
    public Task Begin(BeginOperation begin) => OrLaterAsync(nameof(Begin), begin, async () =>
    {
        if (State.Operation.IsAbout(begin.CommandId, begin.Row))
        {
            // A row in the catalog is read for what is overdue only: looks come often.
            var isAlive = State.Operation is OperationState.Waiting waiting && waiting.DueAt <= time.GetUtcNow() && await execution.IsAliveAsync(waiting.Operation.Namespace, CancellationToken.None);
            await ApplyAsync(new OperationEvent.Checked(time.GetUtcNow(), begin.CommandId, begin.Row) { PluginIsAlive = isAlive }, report: null);
            return;
        }

        using var span = OperationSpans.Begin(begin, Context.Id.Key);
        var preparation = await execution.PrepareAsync(span is null ? begin : begin with { TraceParent = span.Id }, CancellationToken.None);
        OperationSpans.Describe(span, preparation);
        if (preparation.IsOver)
        {
            // Canceled before it could begin: its walk may not know that yet, and waits.
            if (preparation.Update!.Progress.State == States.Canceled)
                await client.RaiseEventAsync(begin.Announce, WalkEvent.EventName, new WalkEvent { Row = begin.Row, Outcome = preparation.Update.Progress.ToOutcome(time.GetUtcNow()) });
            return;
        }

        if (State.Operation.Current?.CommandId != begin.CommandId)
            ForgetReferences();
        OperationEvent happened = preparation.Unusable is { } reason
            ? new OperationEvent.Unusable(time.GetUtcNow(), preparation.Operation, reason)
            : new OperationEvent.Begun(time.GetUtcNow(), preparation.Operation, preparation.Ask);
        await ApplyAsync(happened, report: null, preparation);
    });

    public Task Resolved(ReferenceAnswer answer) => OrLaterAsync(nameof(Resolved), answer, async () =>
    {
        if (answer.IsThere && State.Operation is OperationState.Resolving resolving && resolving.Operation.CommandId == answer.CommandId)
            await claims.RememberAsync(answer, State.References, State.LargeReferences, CancellationToken.None);
        OperationEvent happened = answer.IsThere
            ? new OperationEvent.ReferenceResolved(time.GetUtcNow(), answer.CommandId, answer.Producer)
            : new OperationEvent.ReferenceFailed(time.GetUtcNow(), answer.CommandId, answer.Producer, answer.Reason ?? "The referenced resource could not be read.");
        await ApplyAsync(happened, report: null);
    });

    public Task Report(OperationReport report) => HearAsync(report, kept: null);

    /// <summary>A report that could not be made use of before.</summary>
    public Task ReportAgain(KeptReport kept) => HearAsync(kept.Report, kept);

    /// <summary>The report that was left is not needed any more: what came of it is committed by now.</summary>
    public Task Settle(PayloadClaim claim) => OrLaterAsync(nameof(Settle), claim, () => claims.ForgetAsync(claim, CancellationToken.None));

    private void ForgetPayloadOf(OperationReport report)
    {
        if (report.Claim is { } claim)
            Context.SignalEntity(Context.Id, nameof(Settle), claim);
    }

    private void ForgetReferences() => (State.References, State.LargeReferences) = ([], []);

    private Task HearAsync(OperationReport report, KeptReport? kept) =>
        EntityRetry.HearAsync(Context, nameof(ReportAgain), kept, report, () => MakeUseOfAsync(report), time, logger);

    private async Task MakeUseOfAsync(OperationReport report)
    {
        if (OperationName.TryParse(report.OperationId, out var name) && name.IsLook)
        {
            await SeeAsync(name.CommandId, report);
            return;
        }

        if (OperationExecution.Read(report) is not { } read)
            return;
        using var span = OperationSpans.Report(report);
        var judged = await execution.JudgeAsync(report, CancellationToken.None);
        OperationMeasures.Reported(State.Operation.Current, judged);
        await ApplyAsync(new OperationEvent.Reported(time.GetUtcNow(), ReferenceEquals(judged, report) ? read : OperationExecution.Read(judged)!), judged);
        ForgetPayloadOf(report);
    }

    private Task OrLaterAsync(string operation, object input, Func<Task> work) => EntityRetry.RunAsync(Context, operation, input, work, time, logger);

    private async Task ApplyAsync(OperationEvent happened, OperationReport? report, Preparation? prepared = null)
    {
        var (next, effects) = OperationMachine.Apply(State.Operation, happened);
        if (next.Current is { } operation)
        {
            foreach (var effect in effects)
            {
                if (await (effect is OperationEffect.Send send && next is OperationState.Waiting ? SendAsync(send, operation, report, prepared) : CarryOutAsync(effect, operation, report, prepared)) is not { } reason)
                    continue;
                (next, var instead) = OperationMachine.Apply(next, new OperationEvent.NotSent(time.GetUtcNow(), operation.CommandId, operation.UpdateRow, reason));
                foreach (var announce in instead)
                    _ = await CarryOutAsync(announce, operation, report, prepared);
            }
        }

        State.Operation = next;
        if (next is OperationState.Done { Abandoned: null })
            ForgetReferences();
    }

    /// <summary>Null, or why a request could not be sent.</summary>
    private async Task<string?> CarryOutAsync(OperationEffect effect, Operation operation, OperationReport? report, Preparation? prepared)
    {
        switch (effect)
        {
            case OperationEffect.Ask ask:
                foreach (var producer in ask.Producers)
                {
                    Context.SignalEntity(
                        EntityNames.ReferenceOf(operation.CommandId, producer),
                        nameof(ReferenceEntity.Ask),
                        new AskReference { CommandId = operation.CommandId, Producer = producer, Consumer = Context.Id.ToString(), TraceParent = operation.TraceParent });
                }

                return null;
            case OperationEffect.Send send:
                OperationMeasures.Sent(operation, send, report);
                if (await claims.ValuesAsync(State.References, State.LargeReferences, CancellationToken.None) is not { } values)
                    return "A value that it refers to was too large to be remembered, and what was left of it is gone. Apply again.";
                var (reason, scheduled) = await execution.SendAsync(operation, send, values, prepared, CancellationToken.None);
                await RememberAsync(scheduled);
                return reason;
            case OperationEffect.Withdraw:
                await WithdrawAsync();
                return null;
            case OperationEffect.Remind remind:
                Context.SignalEntity(
                    Context.Id, nameof(Remind), new RemindOperation { CommandId = operation.CommandId, Row = operation.UpdateRow }, new SignalEntityOptions { SignalTime = remind.At });
                return null;
            case OperationEffect.Store store:
                var begun = OperationMeasures.BeginStore();
                using (OperationSpans.Store())
                {
                    // The object is there, so it is recorded: where its report is gone, with what the stub says, and where a value is gone, with that of the row.
                    var whole = await claims.OpenAsync(report!, CancellationToken.None) ?? report!;
                    var known = store.CommandId != operation.CommandId ? [] : await claims.ValuesAsync(State.References, State.LargeReferences, CancellationToken.None) ?? State.References;
                    await execution.StoreAsync(store, whole, known, CancellationToken.None);
                }

                OperationMeasures.EndStore(operation, begun);
                return null;
            case OperationEffect.Tell tell:
                await client.RaiseEventAsync(operation.Announce, WalkEvent.EventName, new WalkEvent
                {
                    Row = operation.UpdateRow,
                    Attempt = new NodeAttempt(tell.Attempt, tell.MaxAttempts, tell.Message, tell.At) { Error = tell.Error },
                });
                return null;
            case OperationEffect.Announce announce:
                OperationMeasures.Ended(operation, announce.Outcome);
                OperationSpans.Ended(operation, announce.Outcome);
                await client.RaiseEventAsync(operation.Announce, WalkEvent.EventName, new WalkEvent { Row = operation.UpdateRow, Outcome = announce.Outcome });
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect, "An effect that this entity does not know.");
        }
    }
}
