using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordinator.Entities;

/// <summary>What the entity of a resource remembers.</summary>
public sealed class ResourceEntityState
{
    public OperationState Operation { get; set; } = new OperationState.Idle();

    /// <summary>Producer → its properties (secrets sealed), as far as they had to be read for the operation under way.</summary>
    public Dictionary<string, JsonElement> References { get; set; } = [];
}

/// <summary>
/// The durable shell of <see cref="OperationMachine"/>, one per resource, key = KSUID. Effects are carried out before the state is committed,
/// so each may happen twice: messages carry computable ids, rows are written by what they say, the command ignores what it has heard before.
/// </summary>
public sealed class ResourceEntity(DurableTaskClient client, OperationExecution execution, TimeProvider time) : TaskEntity<ResourceEntityState>
{
    public async Task Begin(BeginOperation begin)
    {
        var preparation = await execution.PrepareAsync(begin, CancellationToken.None);
        if (!IsUnderWay(begin))
            State.References = [];
        OperationEvent happened = preparation.Unusable is { } reason
            ? new OperationEvent.Unusable(time.GetUtcNow(), preparation.Operation, reason)
            : new OperationEvent.Begun(time.GetUtcNow(), preparation.Operation, preparation.Ask);
        await ApplyAsync(happened, report: null);
    }

    public Task Resolved(ReferenceAnswer answer)
    {
        if (answer.Properties is { } properties)
        {
            if (State.Operation is OperationState.Resolving resolving && resolving.Operation.CommandId == answer.CommandId)
                State.References[answer.Producer] = properties;
            return ApplyAsync(new OperationEvent.ReferenceResolved(time.GetUtcNow(), answer.CommandId, answer.Producer), report: null);
        }

        return ApplyAsync(new OperationEvent.ReferenceFailed(time.GetUtcNow(), answer.CommandId, answer.Producer, answer.Reason ?? "The referenced resource could not be read."), report: null);
    }

    public Task Report(OperationReport report) =>
        OperationExecution.Read(report) is { } read ? ApplyAsync(new OperationEvent.Reported(time.GetUtcNow(), read), report) : Task.CompletedTask;

    public Task Check(CheckOperation check) => ApplyAsync(new OperationEvent.Checked(time.GetUtcNow(), check.CommandId, check.Row), report: null);

    private bool IsUnderWay(BeginOperation begin) => State.Operation switch
    {
        OperationState.Resolving s => s.Operation.CommandId == begin.CommandId,
        OperationState.Waiting s => s.Operation.CommandId == begin.CommandId,
        _ => false,
    };

    private async Task ApplyAsync(OperationEvent happened, OperationReport? report)
    {
        var (next, effects) = OperationMachine.Apply(State.Operation, happened);
        var operation = OperationOf(next);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case OperationEffect.Ask ask:
                    foreach (var producer in ask.Producers)
                    {
                        Context.SignalEntity(
                            EntityNames.ReferenceOf(operation.CommandId, producer),
                            nameof(ReferenceEntity.Ask),
                            new AskReference { CommandId = operation.CommandId, Producer = producer, Consumer = Context.Id.Key });
                    }

                    break;
                case OperationEffect.Send send:
                    if (await execution.SendAsync(operation, send, State.References, CancellationToken.None) is { } reason)
                    {
                        State.Operation = next;
                        await ApplyAsync(new OperationEvent.Unusable(time.GetUtcNow(), operation, reason), report: null);
                        return;
                    }

                    break;
                case OperationEffect.Store:
                    await execution.StoreAsync(operation, report!, State.References, CancellationToken.None);
                    break;
                case OperationEffect.Announce announce:
                    await client.RaiseEventAsync(operation.Announce, NodeFinished.EventName, new NodeFinished { Row = operation.UpdateRow, Outcome = announce.Outcome });
                    break;
            }
        }

        State.Operation = next;
        if (next is OperationState.Done)
            State.References = [];
    }

    private static Operation OperationOf(OperationState state) => state switch
    {
        OperationState.Resolving s => s.Operation,
        OperationState.Waiting s => s.Operation,
        OperationState.Done s => s.Operation,
        _ => null!, // Idle has no effects.
    };
}
