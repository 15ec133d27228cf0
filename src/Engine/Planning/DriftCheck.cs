using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Whether a reconcile would undo what others did to its stacks since they were last reconciled. What the document agrees with is taken in; for the rest the
/// person decides: take it into the document, or force.
/// </summary>
internal static class DriftCheck
{
    public static PlanOutcome.Rejected? Run(PlanRequest request, IReadOnlyList<ResourceUpdate> updates)
    {
        if (request.Mode != ApplyMode.Reconcile || request.Force || request.Inventory.Modifications.Count == 0)
            return null;
        var changed = updates.Where(Changes).ToList();

        // A stack that is gone took its history along: who makes it again begins anew.
        var stacks = changed.SelectMany(StacksOf).Intersect(request.Inventory.Stacks.Select(stack => stack.Label), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var ksuids = changed.Select(update => update.Resource.Ksuid).ToHashSet(StringComparer.Ordinal);
        var names = changed.Select(update => update.Resource.Key).Concat(changed.Select(update => update.Existing?.Key).OfType<ResourceKey>()).ToHashSet();
        var left = request.Inventory.Modifications
            .Where(modification => stacks.Contains(modification.Stack))
            .Where(modification => ksuids.Contains(modification.Ksuid) || names.Contains(new ResourceKey(modification.Stack, modification.Type, modification.Label)))
            .Where(Drift.IsReal)
            .ToList();
        return left.Count == 0 ? null : Rejections.ReconcileRejected(left);
    }

    // A new name alone, or being taken over as it is, changes nothing of the resource itself; what is only carried along with the replacement of another
    // takes nothing back that somebody else did.
    private static bool Changes(ResourceUpdate update) =>
        !update.IsCascade && !(update is { Operation: ResourceOperation.Update, Patch: { ValueKind: JsonValueKind.Array } patch } && patch.GetArrayLength() == 0);

    private static IEnumerable<string> StacksOf(ResourceUpdate update) => update.OldStack is { } old ? [update.Resource.Stack, old] : [update.Resource.Stack];
}
