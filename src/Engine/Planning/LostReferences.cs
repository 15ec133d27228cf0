using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// References that lead nowhere, because what they point at has vanished since. The document cannot hold one; but a resource that changes may carry one along in a
/// field that the document does not speak of, and with it nothing could be written any more. It becomes the plain value that it had.
/// </summary>
internal static class LostReferences
{
    public static PlanOutcome? Release(PlanRequest request, Changes changes)
    {
        HashSet<string>? known = null;
        var unread = new HashSet<string>(StringComparer.Ordinal);
        foreach (var change in changes.All)
        {
            if (change.Existing is null || change.Desired is not { } desired)
                continue;
            foreach (var ksuid in References.Enumerate(desired.Properties, HintTree.None).Select(reference => reference.Uri.Ksuid))
            {
                known ??= request.Inventory.Resources.Select(resource => resource.Ksuid!).ToHashSet(StringComparer.Ordinal);
                if (changes.Of(ksuid) is not null || known.Contains(ksuid))
                    continue;
                if (request.Inventory.KsuidsRead.Contains(ksuid))
                    change.Released.Add(ksuid);
                else
                    unread.Add(ksuid);
            }
        }

        return unread.Count > 0 ? new PlanOutcome.NeedsMore(new InventoryNeeds { Ksuids = unread }) : null;
    }
}
