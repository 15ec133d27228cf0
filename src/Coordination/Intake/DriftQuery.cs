using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Coordination.Intake;

/// <summary>What was done to a stack since the last command that reconciled it.</summary>
public sealed class DriftQuery(ChangeLog changes, CommandStore commands, VersionStore versions)
{
    /// <summary>One modification for each resource and kind of operation, oldest first. Reads the log back to the last reconcile and no further.</summary>
    public async Task<IReadOnlyList<Modification>> SinceReconcileAsync(string stack, CancellationToken cancellation)
    {
        var modes = new Dictionary<string, bool>(StringComparer.Ordinal);
        var since = new List<Change>();
        await foreach (var change in changes.ReadAsync(stack, cancellation))
        {
            if (!modes.TryGetValue(change.CommandId, out var isReconcile))
                modes.Add(change.CommandId, isReconcile = await commands.FindAsync(change.CommandId, cancellation) is { Kind: "apply" or "rollback", Mode: "reconcile" });
            if (isReconcile)
                break;
            since.Add(change);
        }

        since.Reverse();
        return await TableRows.ReadEachAsync(since.GroupBy(change => (change.Ksuid, change.Operation)), group => ModificationAsync(stack, group.First(), group.Last(), cancellation));
    }

    private async Task<Modification> ModificationAsync(string stack, Change first, Change last, CancellationToken cancellation) => new()
    {
        Stack = stack,
        Type = last.Type,
        Label = last.Label,
        Operation = last.Operation,
        Ksuid = last.Ksuid,
        Now = last.Operation == "delete" ? null : await versions.FindAsync(last.Ksuid, last.Version, cancellation),
        Before = first.Operation == "create" ? null : await versions.FindBeforeAsync(first.Ksuid, first.Version, cancellation),
    };
}
