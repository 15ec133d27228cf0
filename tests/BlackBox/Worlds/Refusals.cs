using Formae.BlackBox.Tests.Scripts;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>Nothing is refused without a reason either, and what must be refused is.</summary>
internal static class Refusals
{
    /// <param name="code">The refusal; null where the step was accepted or there was nothing to do.</param>
    public static string? Unexplained(World world, Step step, string? code) => code switch
    {
        null => MustBeRefused(world, step) is { } why ? $"This must be refused and was not: {why}." : null,
        ErrorCodes.ConflictingCommands when world.Running.Count > 0 => null,
        ErrorCodes.ReferencedResourcesNotFound when step is Step.Apply apply && Lacking(world, apply).Any(world.MayBeMissing) => null,
        ErrorCodes.ReconcileRejected when step is Step.Apply { Reconciles: true, Forces: false } apply && world.IsDrifted(apply.Stack) => null,
        ErrorCodes.PatchRejected or ErrorCodes.EmptyStackRejected or ErrorCodes.StackReferenceNotFound when StackOf(step) is { } stack && MayBeGone(world, stack) => null,
        ErrorCodes.ResourceHasDependents when step is Step.Destroy { Cascades: false } destroy && MayHaveDependents(world, destroy.Labels) => null,
        ErrorCodes.ResourceHasDependents when step is Step.Apply { Reconciles: true } apply && MayHaveDependents(world, [.. world.Slots.In(apply.Stack).Select(slot => slot.Label).Except(apply.Resources.Select(draft => draft.Slot))]) => null,
        ErrorCodes.ResourceHasDependents when step is Step.RollBack or Step.ForceReconcile => null,
        ErrorCodes.ReferencedResourcesNotFound when step is Step.RollBack or Step.ForceReconcile => null,
        ErrorCodes.SecretNotKnown or ErrorCodes.NoSuchPointInTime or ErrorCodes.InvalidForma when step is Step.RollBack or Step.ForceReconcile => null,
        ErrorCodes.NotFound or ErrorCodes.ReconcilePolicyRequired when StackOf(step) is { } stack && MayBeGone(world, stack) => null,
        _ => $"This was refused without a reason: {code}.",
    };

    private static string? MustBeRefused(World world, Step step) =>
        step is Step.Apply apply && Lacking(world, apply).FirstOrDefault(parent => !world.MayBeThere(parent)) is { } missing ? $"{missing} is neither declared nor there" : null;

    /// <summary>What the document refers to and does not declare.</summary>
    private static IEnumerable<string> Lacking(World world, Step.Apply apply) =>
        apply.Resources.Select(draft => world.Slots[draft.Slot].Parent).OfType<string>().Except(apply.Resources.Select(draft => draft.Slot));

    private static bool MayBeGone(World world, int stack) => world.In(stack).All(place => world.MayBeMissing(place.Slot.Label));

    private static bool MayHaveDependents(World world, IReadOnlyList<string> going) =>
        going.Where(world.MayBeThere).SelectMany(world.Slots.ChildrenOf).Any(child => !going.Contains(child.Label) && world.MayBeThere(child.Label));

    private static int? StackOf(Step step) => step switch
    {
        Step.Apply apply => apply.Stack,
        Step.SetTimeToLive ttl => ttl.Stack,
        Step.ForceReconcile reconcile => reconcile.Stack,
        Step.RollBack back => back.Stack,
        Step.Destroy destroy => destroy.Stack,
        _ => null,
    };
}
