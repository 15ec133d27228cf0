using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Model;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

public sealed class ReferenceEntityState
{
    public ReferenceState Reference { get; set; } = new ReferenceState.Idle();

    public string CommandId { get; set; } = "";

    public string Producer { get; set; } = "";

    /// <summary>W3C trace context of the operation that asked first.</summary>
    public string? TraceParent { get; set; }

    /// <summary>Of the plugin that reads it.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>What people call it.</summary>
    public string Label { get; set; } = "";

    /// <summary>Producer → its properties (secrets sealed), as far as this one's own read needs them.</summary>
    public Dictionary<string, JsonElement> References { get; set; } = [];

    /// <summary>The same, for what is too large to be remembered here.</summary>
    public Dictionary<string, PayloadClaim> LargeReferences { get; set; } = [];

    /// <summary>Where its own value was left, which is too large to be handed on; the machine holds an empty one in its place.</summary>
    public PayloadClaim? Value { get; set; }
}

/// <summary>The durable shell of <see cref="ReferenceMachine"/>, one per command and referenced resource.</summary>
public sealed class ReferenceEntity(OperationExecution execution, ReportClaims claims, TimeProvider time, ILogger logger) : TaskEntity<ReferenceEntityState>
{
    /// <summary>Longer than a command needs the values; afterwards they are forgotten (and read again, should the command still run).</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    public Task Ask(AskReference ask)
    {
        if (State.Reference is ReferenceState.Idle)
            Context.SignalEntity(Context.Id, "delete", options: new SignalEntityOptions { SignalTime = time.GetUtcNow() + KeptFor });
        State.CommandId = ask.CommandId;
        State.Producer = ask.Producer;
        State.TraceParent ??= ask.TraceParent;
        return EntityRetry.RunAsync(Context, nameof(Ask), ask, async () =>
        {
            IReadOnlyList<string> references = [];
            if (State.Reference is ReferenceState.Idle)
                (references, State.Namespace, State.Label) = await execution.PrepareReadAsync(ask.Producer, CancellationToken.None);
            await ApplyAsync(new ReferenceEvent.Asked(time.GetUtcNow(), ask.Consumer, references));
        }, time, logger);
    }

    public Task Resolved(ReferenceAnswer answer) => EntityRetry.RunAsync(Context, nameof(Resolved), answer, async () =>
    {
        if (answer.IsThere && State.Reference is ReferenceState.Resolving)
            await claims.RememberAsync(answer, State.References, State.LargeReferences, CancellationToken.None);
        await ApplyAsync(answer.IsThere
            ? new ReferenceEvent.Resolved(time.GetUtcNow(), answer.Producer)
            : new ReferenceEvent.Unresolved(time.GetUtcNow(), answer.Producer, answer.Reason ?? "A referenced resource could not be read."));
    }, time, logger);

    public Task Report(OperationReport report) => HearAsync(report, kept: null);

    /// <summary>A report that could not be made use of before.</summary>
    public Task ReportAgain(KeptReport kept) => HearAsync(kept.Report, kept);

    /// <summary>The report that was left is not needed any more: what came of it is committed by now.</summary>
    public Task Settle(PayloadClaim claim) => EntityRetry.RunAsync(Context, nameof(Settle), claim, () => claims.ForgetAsync(claim, CancellationToken.None), time, logger);

    private Task HearAsync(OperationReport report, KeptReport? kept) => EntityRetry.HearAsync(Context, nameof(ReportAgain), kept, report, async () =>
    {
        using var span = OperationSpans.Report(report);
        if (State.Reference is ReferenceState.Reading)
            await ReadAsync(report);
        if (report.Claim is { } claim)
            Context.SignalEntity(Context.Id, nameof(Settle), claim);
    }, time, logger);

    private async Task ReadAsync(OperationReport report)
    {
        var whole = await claims.OpenAsync(report, CancellationToken.None);
        var properties = whole?.Status == OperationStatus.Success ? whole.Properties : null;
        var left = properties is { } value ? await claims.LeaveAsync(value, CancellationToken.None) : null;
        await ApplyAsync(
            new ReferenceEvent.Reported(time.GetUtcNow(), report.Sequence, left is null ? properties : JsonText.EmptyObject, whole is null ? ReportClaims.Gone : report.Problem), left);
    }

    private async Task ApplyAsync(ReferenceEvent happened, PayloadClaim? left = null)
    {
        // The state changes when everything is done: what throws in between begins again where it was.
        var state = State.Reference;
        for (var next = happened; next is not null;)
        {
            (state, var effects) = ReferenceMachine.Apply(state, next, execution.RulesOf(State.Namespace));
            next = null;
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case ReferenceEffect.Ask ask:
                        foreach (var producer in ask.Producers)
                        {
                            Context.SignalEntity(
                                EntityNames.ReferenceOf(State.CommandId, producer),
                                nameof(Ask),
                                new AskReference { CommandId = State.CommandId, Producer = producer, Consumer = Context.Id.ToString(), TraceParent = State.TraceParent });
                        }

                        break;
                    case ReferenceEffect.Read read:
                        var values = await claims.ValuesAsync(State.References, State.LargeReferences, CancellationToken.None);
                        if ((values is null ? ReportClaims.Gone : await execution.SendReadAsync(State.CommandId, State.Producer, read, values, State.TraceParent, CancellationToken.None)) is { } problem)
                            next = new ReferenceEvent.Reported(time.GetUtcNow(), read.Sequence, Properties: null, problem);
                        break;
                    case ReferenceEffect.AskLater later:
                        Context.SignalEntity(
                            Context.Id,
                            nameof(Ask),
                            new AskReference { CommandId = State.CommandId, Producer = State.Producer, Consumer = later.Consumer, TraceParent = State.TraceParent },
                            new SignalEntityOptions { SignalTime = later.At });
                        break;
                    case ReferenceEffect.Answer answer:
                        foreach (var consumer in answer.Consumers)
                            Context.SignalEntity(EntityInstanceId.FromString(consumer), nameof(Resolved), AnswerOf(state, State.Value ?? left));
                        break;
                }
            }
        }

        if (state is ReferenceState.Known && State.Reference is not ReferenceState.Known)
            State.Value = left;
        State.Reference = state;
        if (state is ReferenceState.Known or ReferenceState.Failed)
            (State.References, State.LargeReferences) = ([], []);
    }

    private ReferenceAnswer AnswerOf(ReferenceState state, PayloadClaim? left) => new()
    {
        CommandId = State.CommandId,
        Producer = State.Producer,
        Properties = state is ReferenceState.Known known && left is null ? known.Properties : null,
        Claim = state is ReferenceState.Known ? left : null,
        Reason = state is not ReferenceState.Failed failed ? null
            : State.Label.Length == 0 || failed.Reason.Contains($"'{State.Label}'", StringComparison.Ordinal) ? failed.Reason
            : $"'{State.Label}', which is referred to, could not be read: {failed.Reason}",
    };
}
