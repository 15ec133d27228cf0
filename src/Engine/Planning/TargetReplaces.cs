using System.Globalization;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// What becomes of the resources on a target that is replaced: managed ones of whatever stack are made again on the new one, because they cannot stay on one that
/// is gone; unmanaged ones are forgotten until they are discovered again.
/// </summary>
internal static class TargetReplaces
{
    public static PlanOutcome? Run(PlanRequest request, TargetPlanning targets, Changes changes, List<string> notices)
    {
        if (targets.Replaced.Count == 0)
            return null;
        var unread = targets.Replaced.Select(target => target.Label).Where(label => !request.Inventory.TargetsRead.Contains(label)).ToHashSet(StringComparer.Ordinal);
        if (unread.Count > 0)
            return new PlanOutcome.NeedsMore(new InventoryNeeds { ResourcesOnTargets = unread });

        foreach (var target in targets.Replaced)
        {
            var rooted = new List<Resource>();
            var unmanaged = 0;
            foreach (var resource in targets.On(target.Label))
            {
                var change = changes.Of(resource.Ksuid!);
                if (change is null && resource.Stack == Stack.Unmanaged)
                {
                    targets.Forgotten.Add(resource);
                    unmanaged++;
                }
                else if (change is not { IsDelete: true } && (change?.Desired?.Target ?? target.Label) == target.Label)
                {
                    if (resource.Schema is not { Portable: true })
                        rooted.Add(resource);
                    else
                        changes.Replace(resource, target.Label);
                }
            }

            if (rooted.Count > 0)
                return Rejections.NonPortableResources(target.Label, rooted);
            if (unmanaged > 0)
            {
                notices.Add(string.Create(CultureInfo.InvariantCulture,
                    $"The target '{target.Label}' is replaced, and {unmanaged} unmanaged {(unmanaged == 1 ? "resource" : "resources")} on it will not be seen until discovered again."));
            }
        }

        return null;
    }
}
