using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Protocol.Http;
using Formae.Telemetry;
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
    TimeProvider time,
    ILogger<CommandLifecycle> logger)
{
    /// <summary>Writes stacks, policies and the targets that wait for nothing, and marks the command as begun. Returns how many groups it has.</summary>
    /// <exception cref="LeaseLostException">Another command has taken over a stack: this one was planned against what may be gone.</exception>
    /// <exception cref="TargetChangedException">The same of a target.</exception>
    public async Task<int> OpenAsync(string commandId, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);
        using var span = CommandSpans.Step(command, "open");

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
        await commands.SetOpenedAsync(commandId, time.GetUtcNow(), cancellation);
        return command.Groups;
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

    public async Task<Changeset> ReadChangesetAsync(WalkGroup walk, CancellationToken cancellation)
    {
        // The group's span begins with its first history; a later one belongs to it.
        using var span = walk.TraceParent is null && Spans.AreRecorded ? CommandSpans.OpenGroup(await FindAsync(walk.CommandId, cancellation), walk.Group) : null;
        var graph = await updates.ReadGraphAsync(walk.CommandId, walk.Group, cancellation);
        span?.SetTag(Attributes.Count, graph.Nodes.Count);
        return new Changeset { Graph = graph, TraceParent = span?.Id ?? walk.TraceParent };
    }

    /// <summary>Carries out a target update that is a node of a group.</summary>
    public async Task<Outcome> ExecuteTargetAsync(ExecuteTarget execute, CancellationToken cancellation)
    {
        using var span = Spans.Continue(execute.TraceParent, "target");
        span?.SetTag(Attributes.CommandId, execute.CommandId);
        var outcome = await targets.ExecuteAsync(execute.CommandId, execute.Row, cancellation);
        span?.SetTag(Attributes.Outcome, outcome.State.ToString());
        return outcome;
    }

    public Task RecordAsync(ProgressBatch batch, CancellationToken cancellation) =>
        updates.RecordAsync(batch.CommandId, [.. batch.Changes.Select(change => (change.Row, change.Progress))], cancellation);

    /// <summary>
    /// Deletes the targets that nothing waited for, forgets stacks that have become empty, writes the command's state and gives its leases back.
    /// A command that has its final state keeps it: then only what a crash may have left undone after it is done.
    /// </summary>
    /// <param name="commandId">The command.</param>
    /// <param name="error">Why the walk broke, if it did. It counts only where it left updates unfinished.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task CloseAsync(string commandId, string? error, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);
        using var span = CommandSpans.Step(command, "close");
        if (!States.IsFinal(command.State))
            await EndAsync(command, error, cancellation);
        foreach (var stack in command.Stacks)
            await stacks.ReleaseLeaseAsync(stack, commandId, cancellation);
        await commands.ForgetOpenAsync(commandId, cancellation);
    }

    private async Task EndAsync(CommandRecord command, string? error, CancellationToken cancellation)
    {
        var all = await updates.SummariesAsync(command.CommandId, cancellation);
        if (command.OpenedAt is not null && all.All(update => update.IsAtClose || States.IsFinal(update.State)))
            error = null;
        if (command.OpenedAt is not null && await DeleteTargetsAsync(command.CommandId, all, cancellation))
            all = await updates.SummariesAsync(command.CommandId, cancellation);
        if (error is not null)
            all = await updates.SettleAsync(command.CommandId, States.Failed, error, time.GetUtcNow(), cancellation);

        var state = StateOf(all, error);
        foreach (var stack in all.Select(update => update.Leaves).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (stack != Stack.Unmanaged && !await resources.HasAnyAsync(stack, cancellation))
                await stacks.RemoveAsync(stack, command.CommandId, cancellation);
        }

        var now = time.GetUtcNow();
        await commands.SetStateAsync(command.CommandId, state, now, error, cancellation);
        CommandSpans.Ended(command, state, all.Count, now);
        LogEnded(command.CommandId, state, all.Count(update => update.State == States.Success), all.Count, (now - command.StartedAt).TotalSeconds);
        if (error is not null)
            LogBroke(command.CommandId, error);
    }

    /// <summary>Deletes the targets that nothing has waited for. Answers whether there were any.</summary>
    private async Task<bool> DeleteTargetsAsync(string commandId, IReadOnlyList<UpdateSummary> all, CancellationToken cancellation)
    {
        if (!all.Any(update => update.IsAtClose && !States.IsFinal(update.State)))
            return false;
        foreach (var update in (await updates.ListTargetsAsync(commandId, TargetUpdateRecord.AtClose, cancellation)).Where(update => !States.IsFinal(update.Progress.State)))
        {
            var startedAt = time.GetUtcNow();
            var reason = await targets.CarryOutAsync(update, cancellation);
            await updates.RecordAsync(commandId, [(update.Row, Ended(reason is null ? States.Success : States.Failed, reason, startedAt))], cancellation);
        }

        return true;
    }

    private UpdateProgress Ended(string state, string? reason, DateTimeOffset startedAt) => new() { State = state, Error = reason, StartedAt = startedAt, FinishedAt = time.GetUtcNow() };

    public static string StateOf(IEnumerable<UpdateSummary> updates, string? error)
    {
        var states = updates.Select(update => update.State).ToHashSet(StringComparer.Ordinal);
        return states.Contains(States.Canceled) ? States.Canceled
            : error is not null || states.Overlaps([States.Failed, States.Rejected]) ? States.Failed
            : States.Success;
    }

    private async Task<CommandRecord> FindAsync(string commandId, CancellationToken cancellation) =>
        await commands.FindAsync(commandId, cancellation) ?? throw new InvalidOperationException($"Command {commandId} is not stored.");
}
