using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// The patch that a plugin gets with an update, made once the values of references are known: <see cref="ResourceUpdate.Patch"/> is for eyes and
/// withholds secrets.
/// </summary>
public static class ExecutedPatch
{
    /// <param name="update">With its schema; its secrets may be sealed by now, and stay so in the patch.</param>
    /// <remarks>
    /// A reference that was declared before and is declared still is not in it, even if its source has another value by now; unless that is one of the
    /// producers that the command replaces (<see cref="ResourceUpdate.Rewrites"/>).
    /// </remarks>
    public static Resolution Of(ResourceUpdate update, Func<PropertyUri, JsonElement?> values)
    {
        // The desired state of an update is the declared over the stored, so there is nothing in the stored that could be removed by mistake.
        var diff = Rewriting.Diff(update.Existing?.Properties, update.Resource.Properties, update.Resource.Schema, update.Rewrites);
        return References.Resolve(diff.Patch(PatchValues.Stored), values);
    }

    /// <summary>Whether there is nothing to be written, whatever the values of its references are.</summary>
    public static bool IsEmpty(ResourceUpdate update) =>
        update.Rewrites.Count == 0 && PropertyDiff.Between(update.Existing?.Properties, update.Resource.Properties, update.Resource.Schema, DiffMode.Exact).IsEmpty;
}
