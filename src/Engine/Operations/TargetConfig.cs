using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>The config that a plugin gets: references in the declared one replaced by their values. Nothing of it is ever stored.</summary>
public static class TargetConfig
{
    /// <param name="target">The target as it is stored.</param>
    /// <param name="values">Values of what it refers to; secrets sealed.</param>
    /// <returns>The config, or the first reference that stands in the way.</returns>
    public static (JsonElement? Config, UnresolvedReference? Missing) Resolve(Target target, Func<PropertyUri, JsonElement?> values)
    {
        if (target.Config is not { } declared)
            return (null, null);
        foreach (var reference in References.Enumerate(declared, HintTree.None))
        {
            // A marker in its place would let the plugin work with a config that lacks it.
            if (values(reference.Uri) is { } value && Envelope.IsHashed(value))
                return (null, new UnresolvedReference(reference.Uri, reference.Path.ToString(), $"'{reference.Uri.Path}' is a secret of which only the digest is known here"));
        }

        var resolution = References.Resolve(declared, values);
        return resolution.Unresolved is [var missing, ..] ? (null, missing) : (resolution.Properties, null);
    }
}
