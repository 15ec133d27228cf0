using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordinator.Entities;

public sealed class ReferenceEntityState
{
    public ReferenceState Reference { get; set; } = new ReferenceState.Idle();

    public string CommandId { get; set; } = "";

    public string Producer { get; set; } = "";
}

/// <summary>The durable shell of <see cref="ReferenceMachine"/>, one per command and referenced resource.</summary>
public sealed class ReferenceEntity(OperationExecution execution, TimeProvider time) : TaskEntity<ReferenceEntityState>
{
    /// <summary>Longer than a command needs the values; afterwards they are forgotten (and read again, should the command still run).</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    public Task Ask(AskReference ask)
    {
        if (State.Reference is ReferenceState.Idle)
            Context.SignalEntity(Context.Id, "delete", options: new SignalEntityOptions { SignalTime = time.GetUtcNow() + KeptFor });
        State.CommandId = ask.CommandId;
        State.Producer = ask.Producer;
        return ApplyAsync(new ReferenceEvent.Asked(time.GetUtcNow(), ask.Consumer));
    }

    public Task Report(OperationReport report) =>
        ApplyAsync(new ReferenceEvent.Reported(time.GetUtcNow(), report.Sequence, report.Status == OperationStatus.Success ? report.Properties : null, report.Problem));

    private async Task ApplyAsync(ReferenceEvent happened)
    {
        var (next, effects) = ReferenceMachine.Apply(State.Reference, happened, execution.Retry);
        State.Reference = next;
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case ReferenceEffect.Read read:
                    if (await execution.SendReadAsync(State.CommandId, State.Producer, read, CancellationToken.None) is { } problem)
                        await ApplyAsync(new ReferenceEvent.Reported(time.GetUtcNow(), read.Sequence, Properties: null, problem));
                    break;
                case ReferenceEffect.Answer answer:
                    foreach (var consumer in answer.Consumers)
                        Context.SignalEntity(EntityNames.ResourceOf(consumer), nameof(ResourceEntity.Resolved), AnswerOf(State.Reference));
                    break;
            }
        }
    }

    private ReferenceAnswer AnswerOf(ReferenceState state) => new()
    {
        CommandId = State.CommandId,
        Producer = State.Producer,
        Properties = state is ReferenceState.Known known ? known.Properties : null,
        Reason = state is ReferenceState.Failed failed ? failed.Reason : null,
    };
}
