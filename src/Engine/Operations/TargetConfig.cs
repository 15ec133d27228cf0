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
            if (values(reference.Uri) is not { } value)
                continue;

            // A marker in its place would let the plugin work with a config that lacks it; a seal inside a text would be a text that means nothing.
            var reason = Envelope.IsHashed(value) ? "is a secret of which only the digest is known here"
                : SecretValues.IsSecret(value, HintTree.None) && IsPartOfText(declared, reference.Path) ? "is a secret, which cannot be a part of a text"
                : null;
            if (reason is not null)
                return (null, new UnresolvedReference(reference.Uri, reference.Path.ToString(), $"'{reference.Uri.Path}' {reason}"));
        }

        var resolution = References.Resolve(declared, values);
        return resolution.Unresolved is [var missing, ..] ? (null, missing) : (resolution.Properties, null);
    }

    private static bool IsPartOfText(JsonElement config, PropertyPath path) =>
        PropertyLookup.Find(config, path.ToString()) is { ValueKind: JsonValueKind.Object } place && place.TryGetProperty(Envelope.Template, out _);
}
