using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

public sealed class ReferenceEntityState
{
    public ReferenceState Reference { get; set; } = new ReferenceState.Idle();

    public string CommandId { get; set; } = "";

    public string Producer { get; set; } = "";
}

/// <summary>The durable shell of <see cref="ReferenceMachine"/>, one per command and referenced resource.</summary>
public sealed class ReferenceEntity(OperationExecution execution, TimeProvider time, ILogger logger) : TaskEntity<ReferenceEntityState>
{
    /// <summary>Longer than a command needs the values; afterwards they are forgotten (and read again, should the command still run).</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    public Task Ask(AskReference ask)
    {
        if (State.Reference is ReferenceState.Idle)
            Context.SignalEntity(Context.Id, "delete", options: new SignalEntityOptions { SignalTime = time.GetUtcNow() + KeptFor });
        State.CommandId = ask.CommandId;
        State.Producer = ask.Producer;
        return EntityRetry.RunAsync(Context, nameof(Ask), ask, () => ApplyAsync(new ReferenceEvent.Asked(time.GetUtcNow(), ask.Consumer)), time, logger);
    }

    public Task Report(OperationReport report)
    {
        var reported = new ReferenceEvent.Reported(time.GetUtcNow(), report.Sequence, report.Status == OperationStatus.Success ? report.Properties : null, report.Problem);
        return EntityRetry.RunAsync(Context, nameof(Report), report, () => ApplyAsync(reported), time, logger);
    }

    private async Task ApplyAsync(ReferenceEvent happened)
    {
        // The state changes when everything is done: what throws in between begins again where it was.
        var state = State.Reference;
        for (var next = happened; next is not null;)
        {
            (state, var effects) = ReferenceMachine.Apply(state, next, execution.Retry);
            next = null;
            foreach (var effect in effects)
            {
                switch (effect)
                {
                    case ReferenceEffect.Read read:
                        if (await execution.SendReadAsync(State.CommandId, State.Producer, read, CancellationToken.None) is { } problem)
                            next = new ReferenceEvent.Reported(time.GetUtcNow(), read.Sequence, Properties: null, problem);
                        break;
                    case ReferenceEffect.Answer answer:
                        foreach (var consumer in answer.Consumers)
                            Context.SignalEntity(EntityNames.ResourceOf(consumer), nameof(ResourceEntity.Resolved), AnswerOf(state));
                        break;
                }
            }
        }

        State.Reference = state;
    }

    private ReferenceAnswer AnswerOf(ReferenceState state) => new()
    {
        CommandId = State.CommandId,
        Producer = State.Producer,
        Properties = state is ReferenceState.Known known ? known.Properties : null,
        Reason = state is ReferenceState.Failed failed ? failed.Reason : null,
    };
}
