using Formae.Coordination.Catalog;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Protocol.Http;
using Microsoft.Extensions.Logging;
using StackOperation = Formae.Engine.Planning.StackOperation;
using TargetOperation = Formae.Engine.Planning.TargetOperation;

namespace Formae.Coordination.Commands;

/// <summary>What is done for a command as a whole: before its first update starts and after its last one ended. Each step may run twice.</summary>
public sealed partial class CommandLifecycle(
    CommandStore commands,
    UpdateStore updates,
    ResourceStore resources,
    StackStore stacks,
    TargetStore targets,
    PluginCatalog catalog,
    TimeProvider time,
    ILogger<CommandLifecycle> logger)
{
    /// <summary>Writes stacks and targets, which resources need, and marks the command as begun. Returns how many groups it has.</summary>
    /// <exception cref="LeaseLostException">Another command has taken over a stack: this one was planned against what may be gone.</exception>
    public async Task<int> OpenAsync(string commandId, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);

        // An intake that took too long may have lost a lease before its command was stored. From here on none can be lost: a stored command's is taken over by nobody.
        foreach (var stack in command.Stacks)
        {
            if (!await stacks.IsLeasedByAsync(stack, commandId, cancellation))
                throw new LeaseLostException(stack);
        }

        foreach (var update in command.StackUpdates.Where(update => update.Operation != StackOperation.Delete))
            await stacks.PutAsync(update.Stack, cancellation);
        foreach (var update in command.TargetUpdates.Where(update => update.Operation != TargetOperation.Delete))
            await targets.PutAsync(update.Target with { Version = (update.Existing?.Version ?? 0) + 1 }, cancellation);
        await commands.SetStateAsync(commandId, States.InProgress, time.GetUtcNow(), error: null, cancellation);
        return command.Groups;
    }

    public async Task<Changeset> ReadChangesetAsync(string commandId, int group, CancellationToken cancellation)
    {
        var graph = await updates.ReadGraphAsync(commandId, group, cancellation);
        var limits = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var @namespace in graph.Nodes.Select(node => node.Namespace).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (catalog.Find(@namespace) is { Announcement.MaxRequestsPerSecond: > 0 and var limit })
                limits[@namespace.ToLowerInvariant()] = limit;
        }

        return new Changeset { Graph = graph, Limits = limits };
    }

    public Task RecordAsync(ProgressBatch batch, CancellationToken cancellation) =>
        updates.RecordAsync(batch.CommandId, [.. batch.Changes.Select(change => (change.Row, change.Progress))], cancellation);

    /// <summary>
    /// Deletes the targets that were to go, forgets stacks that have become empty, writes the command's state and gives its leases back.
    /// A command that has its final state keeps it: then only what a crash may have left undone after it is done.
    /// </summary>
    /// <param name="commandId">The command.</param>
    /// <param name="error">Why the walk broke, if it did. It counts only where it left updates unfinished.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task CloseAsync(string commandId, string? error, CancellationToken cancellation)
    {
        var command = await FindAsync(commandId, cancellation);
        if (!States.IsFinal(command.State))
            await EndAsync(command, error, cancellation);
        foreach (var stack in command.Stacks)
            await stacks.ReleaseLeaseAsync(stack, commandId, cancellation);
        await commands.ForgetOpenAsync(commandId, cancellation);
    }

    private async Task EndAsync(CommandRecord command, string? error, CancellationToken cancellation)
    {
        var all = await updates.SummariesAsync(command.CommandId, cancellation);
        if (all.Count > 0 && all.All(update => States.IsFinal(update.State)))
            error = null;
        if (error is not null)
            all = await AbandonAsync(command.CommandId, all, error, cancellation);

        var state = StateOf(all, error);
        if (state == States.Success)
        {
            foreach (var update in command.TargetUpdates.Where(update => update.Operation == TargetOperation.Delete))
                await targets.RemoveAsync(update.Target.Label, cancellation);
        }

        foreach (var stack in all.Select(update => update.DeletesFrom).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (!await resources.HasAnyAsync(stack, cancellation))
                await stacks.RemoveAsync(stack, command.CommandId, cancellation);
        }

        var now = time.GetUtcNow();
        await commands.SetStateAsync(command.CommandId, state, now, error, cancellation);
        LogEnded(command.CommandId, state, all.Count(update => update.State == States.Success), all.Count, (now - command.StartedAt).TotalSeconds);
        if (error is not null)
            LogBroke(command.CommandId, error);
    }

    public static string StateOf(IEnumerable<UpdateSummary> updates, string? error)
    {
        var states = updates.Select(update => update.State).ToHashSet(StringComparer.Ordinal);
        return states.Contains(States.Canceled) ? States.Canceled
            : error is not null || states.Overlaps([States.Failed, States.Rejected]) ? States.Failed
            : States.Success;
    }

    /// <summary>The walk itself broke: what had not ended is marked so, with the reason.</summary>
    private async Task<IReadOnlyList<UpdateSummary>> AbandonAsync(string commandId, IReadOnlyList<UpdateSummary> all, string error, CancellationToken cancellation)
    {
        var open = all.Where(update => !States.IsFinal(update.State))
            .Select(update => (update.Row, new UpdateProgress { State = States.Failed, Error = error, FinishedAt = time.GetUtcNow() }))
            .ToArray();
        await updates.RecordAsync(commandId, open, cancellation);
        return await updates.SummariesAsync(commandId, cancellation);
    }

    private async Task<CommandRecord> FindAsync(string commandId, CancellationToken cancellation) =>
        await commands.FindAsync(commandId, cancellation) ?? throw new InvalidOperationException($"Command {commandId} is not stored.");
}
