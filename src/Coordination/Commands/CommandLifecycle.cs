using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Coordination.Publishing;
using Formae.Coordination.Storage;
using Formae.Engine.Commands;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Protocol.Http;
using Formae.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using StackOperation = Formae.Engine.Planning.StackOperation;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Commands;

/// <summary>What is done for a command as a whole: before its first update starts and after its last one ended. Each step may run twice.</summary>
public sealed partial class CommandLifecycle(
    CommandStore commands,
    UpdateStore updates,
    ResourceStore resources,
    StackStore stacks,
    TargetExecution targets,
    PolicyExecution policies,
    EventNotices events,
    TimeProvider time,
    ILogger<CommandLifecycle> logger)
{
    /// <summary>
    /// Writes stacks, policies and the targets that wait for nothing, and marks the command as begun. Returns how many groups are to be walked: none of a command that was
    /// canceled before.
    /// </summary>
    /// <exception cref="LeaseLostException">Another command has taken over a stack: this one was planned against what may be gone.</exception>
    /// <exception cref="TargetChangedException">The same of a target.</exception>
    public async Task<int> OpenAsync(string commandId, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);
        using var span = CommandSpans.Step(command, "open");
        using var scope = logger.BeginScope(LogFields.OfCommand(commandId));
        OperationMeasures.Activity("open");
        if (MarkOf(command) != CancelMark.None)
            return 0;

        // An intake that took too long may have lost a lease before its command was stored. From here on none can be lost: a stored command's is taken over by nobody.
        foreach (var stack in command.Stacks)
        {
            if (!await stacks.ConfirmLeaseAsync(stack, commandId, cancellation))
                throw new LeaseLostException(stack);
        }

        await WriteTargetsAsync(commandId, cancellation);
        foreach (var update in command.StackUpdates.Where(update => update.Operation != StackOperation.Delete))
            await stacks.PutAsync(update.Stack with { Policies = null }, cancellation);
        await policies.CarryOutAsync(command.PolicyUpdates, cancellation);
        return await commands.SetOpenedAsync(commandId, time.GetUtcNow(), cancellation) ? command.Groups : 0;
    }

    private async Task WriteTargetsAsync(string commandId, CancellationToken cancellation)
    {
        var done = new List<(string Row, UpdateProgress Progress)>();
        foreach (var update in (await updates.ListTargetsAsync(commandId, TargetUpdateRecord.AtOpen, cancellation)).Where(update => !States.IsFinal(update.Progress.State)))
        {
            var startedAt = time.GetUtcNow();
            if (await targets.CarryOutAsync(update, cancellation) is { } reason)
            {
                await updates.RecordAsync(commandId, [(update.Row, Ended(States.Failed, reason, startedAt))], cancellation);
                throw new TargetChangedException(reason);
            }

            done.Add((update.Row, Ended(States.Success, null, startedAt)));
        }

        await updates.RecordAsync(commandId, done, cancellation);
    }

    /// <summary>A group that begins after its command was canceled learns it here: nobody else could tell it.</summary>
    public async Task<Changeset> ReadChangesetAsync(WalkGroup walk, CancellationToken cancellation)
    {
        OperationMeasures.Activity("group");
        var command = FindAsync(walk.CommandId, cancellation);
        var graph = await updates.ReadGraphAsync(walk.CommandId, walk.Group, cancellation);

        // The group's span begins with its first history; a later one belongs to it.
        using var span = walk.TraceParent is null && Spans.AreRecorded ? CommandSpans.OpenGroup(await command, walk.Group) : null;
        span?.SetTag(Attributes.Count, graph.Nodes.Count);
        return new Changeset { Graph = graph, Cancel = MarkOf(await command), TraceParent = span?.Id ?? walk.TraceParent };
    }

    /// <summary>Whether the command was canceled meanwhile: a walk asks now and then, because what it was told may have been lost.</summary>
    public async Task<CancelMark> ReadCancelAsync(string commandId, CancellationToken cancellation) => MarkOf(await FindAsync(commandId, cancellation));

    private static CancelMark MarkOf(CommandRecord command) =>
        command.State == States.Canceling ? CancelMark.Graceful : States.IsFinal(command.State) ? CancelMark.Forced : CancelMark.None;

    /// <summary>Carries out a target update that is a node of a group.</summary>
    public async Task<Outcome> ExecuteTargetAsync(ExecuteTarget execute, CancellationToken cancellation)
    {
        OperationMeasures.Activity("target");
        using var span = Spans.Continue(execute.TraceParent, "target");
        span?.SetTag(Attributes.CommandId, execute.CommandId);
        var outcome = await targets.ExecuteAsync(execute.CommandId, execute.Row, cancellation);
        span?.SetTag(Attributes.Outcome, outcome.State.ToString());
        return outcome;
    }

    public async Task RecordAsync(ProgressBatch batch, DurableTaskClient client, CancellationToken cancellation)
    {
        OperationMeasures.Activity("record");
        await updates.RecordAsync(batch.CommandId, [.. batch.Changes.Select(change => (change.Row, change.Progress))], cancellation);
        await events.WrittenAsync(batch, client, cancellation);
    }

    /// <summary>
    /// Deletes the targets that nothing waited for, writes the command's state, forgets stacks that have become empty and gives the leases back.
    /// A command that has its final state keeps it: then only what a crash or a cancel by force may have left undone after it is done.
    /// </summary>
    /// <param name="commandId">The command.</param>
    /// <param name="error">Why the walk broke, if it did. It counts only where it left updates unfinished.</param>
    /// <param name="client">Reaches the entity that tells of the command.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task CloseAsync(string commandId, string? error, DurableTaskClient client, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);
        using var span = CommandSpans.Step(command, "close");
        using var scope = logger.BeginScope(LogFields.OfCommand(commandId));
        OperationMeasures.Activity("close");
        if (States.IsFinal(command.State))
            await RemoveEmptiedAsync(commandId, await updates.SummariesAsync(commandId, cancellation), cancellation);
        else
            await EndAsync(command, error, cancellation);
        foreach (var stack in command.Stacks)
            await stacks.ReleaseLeaseAsync(stack, commandId, cancellation);
        await events.EndedAsync(commandId, client, cancellation);
        await commands.ForgetOpenAsync(commandId, cancellation);
    }

    /// <summary>Ends a command of which only the small columns can be read: what it has not done by now nobody does, and its stacks are free for others.</summary>
    public async Task AbandonAsync(string commandId, string reason, DurableTaskClient client, CancellationToken cancellation)
    {
        OperationMeasures.Activity("close");
        await updates.SettleAsync(commandId, States.Failed, reason, time.GetUtcNow(), cancellation);
        await commands.EndAsync(commandId, States.Failed, time.GetUtcNow(), reason, cancellation);
        foreach (var lease in (await stacks.LeasesAsync(cancellation)).Where(lease => lease.Holder == commandId))
            await stacks.ReleaseLeaseAsync(lease.Stack, commandId, cancellation);
        await events.EndedAsync(commandId, client, cancellation);
        await commands.ForgetOpenAsync(commandId, cancellation);
    }

    private async Task EndAsync(CommandRecord command, string? error, CancellationToken cancellation)
    {
        var isOpened = command.OpenedAt is not null;
        var isCanceled = command.State == States.Canceling;
        var all = isCanceled ? await CancelRestAsync(command.CommandId, cancellation) : await updates.SummariesAsync(command.CommandId, cancellation);
        if ((isOpened || isCanceled) && all.All(update => update.IsAtClose || States.IsFinal(update.State)))
            error = null;
        if (isOpened && await DeleteTargetsAsync(command.CommandId, all, cancellation))
            all = await updates.SummariesAsync(command.CommandId, cancellation);
        if (all.Any(update => !States.IsFinal(update.State)))
            error ??= "The command ended before this update did.";
        if (error is not null)
            all = await updates.SettleAsync(command.CommandId, States.Failed, error, time.GetUtcNow(), cancellation);

        await RemoveEmptiedAsync(command.CommandId, all, cancellation);
        var now = time.GetUtcNow();
        var wanted = CommandStates.Of(all.Select(update => UpdateStore.StateOf(update.State)), isCanceled, error is not null);
        var state = await commands.EndAsync(command.CommandId, wanted.ToString(), now, error, cancellation);
        CommandSpans.Ended(command, state, all.Count, now);
        CommandMeasures.Ended(command, state, now);
        LogEnded(command.CommandId, state, all.Count(update => update.State == States.Success), all.Count, (now - command.StartedAt).TotalSeconds);
        if (error is not null)
            LogBroke(command.CommandId, error);
    }

    /// <summary>What nobody has started by the end of a canceled command starts no more.</summary>
    private Task<IReadOnlyList<UpdateSummary>> CancelRestAsync(string commandId, CancellationToken cancellation) =>
        updates.SettleAsync(commandId, update => update.State == States.NotStarted ? new Settlement(States.Canceled, null, CancelTexts.NotStarted) : null, time.GetUtcNow(), cancellation);

    private async Task RemoveEmptiedAsync(string commandId, IReadOnlyList<UpdateSummary> all, CancellationToken cancellation)
    {
        foreach (var stack in all.Select(update => update.Leaves).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (stack != Stack.Unmanaged && !await resources.HasAnyAsync(stack, cancellation))
                await stacks.RemoveAsync(stack, commandId, cancellation);
        }
    }

    /// <summary>Deletes the targets that nothing has waited for. Answers whether there were any.</summary>
    private async Task<bool> DeleteTargetsAsync(string commandId, IReadOnlyList<UpdateSummary> all, CancellationToken cancellation)
    {
        if (!all.Any(update => update.IsAtClose && !States.IsFinal(update.State)))
            return false;
        foreach (var update in (await updates.ListTargetsAsync(commandId, TargetUpdateRecord.AtClose, cancellation)).Where(update => !States.IsFinal(update.Progress.State)))
        {
            if (await ReadCancelAsync(commandId, cancellation) != CancelMark.None)
            {
                await CancelRestAsync(commandId, cancellation);
                break;
            }

            var startedAt = time.GetUtcNow();
            var reason = await targets.CarryOutAsync(update, cancellation);
            await updates.RecordAsync(commandId, [(update.Row, Ended(reason is null ? States.Success : States.Failed, reason, startedAt))], cancellation);
        }

        return true;
    }

    private UpdateProgress Ended(string state, string? reason, DateTimeOffset startedAt) => new() { State = state, Error = reason, StartedAt = startedAt, FinishedAt = time.GetUtcNow() };

    private async Task<CommandRecord> FindAsync(string commandId, CancellationToken cancellation) =>
        await commands.FindAsync(commandId, cancellation) ?? throw new InvalidOperationException($"Command {commandId} is not stored.");
}
