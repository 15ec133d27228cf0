using Formae.BlackBox.Tests.Scripts;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Protocol.Http.ResourceUpdate;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>Nothing fails without a reason: an update that did not succeed must have met with something that the test arranged.</summary>
internal static class Failures
{
    public static IEnumerable<string> Unexplained(World world, Undertaking undertaking, Command command, ResourceUpdate update, Place place, Profile profile)
    {
        var text = $"{update.StateMessage} {update.ErrorMessage}";
        var isExplained = update.State switch
        {
            States.Success => true,
            States.Canceled => undertaking.IsCanceled,
            States.Rejected => place.MayHaveDrifted || undertaking.IsDisturbed || undertaking.Outside.Count > 0,
            States.Failed when update.CurrentAttempt is null && command.ResourceUpdates!.Any(other => other != update && other.State is States.Failed or States.Rejected or States.Canceled) => true,
            States.Failed when update.CurrentAttempt is null && place.Slot.Parent is { } parent && (world[parent].MayBeMissing || (undertaking.IsAccompanied && world.Slots[parent].Stack != place.Slot.Stack)) => true,
            States.Failed when Says(text, "ServiceTimeout") => undertaking.IsGivenUp,
            States.Failed when Says(text, "AccessDenied") || Says(text, "Throttling") => profile.Fails,
            States.Failed when Says(text, "NotFound") => MayBeGone(world, undertaking, place) || (place.Slot.Parent is { } parent && MayBeGone(world, undertaking, world[parent])),
            _ => false,
        };
        if (!isExplained)
            yield return $"{update.Operation} of {update.ResourceLabel} in command {command.CommandId} ended {update.State} without a reason: attempt {update.CurrentAttempt}, {text.Trim()}. {world[place.Slot.Label]}";
    }

    private static bool MayBeGone(World world, Undertaking undertaking, Place place) =>
        place.Cloud.Contains(Content.Absent) || undertaking.Outside.Any(change => change.Slot == place.Slot.Label) || (undertaking.IsAccompanied && world.MayBeMissing(place.Slot.Label));

    private static bool Says(string text, string code) => text.Contains(code, StringComparison.Ordinal);
}
