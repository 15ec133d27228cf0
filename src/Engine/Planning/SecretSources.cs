using System.Globalization;
using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Whether what a reference points at is a secret: by the hint of the field, by its envelope, or because it is itself a reference to one. Whoever refers to it
/// has a secret then, too.
/// </summary>
internal sealed class SecretSources(KnownResources known)
{
    private readonly Dictionary<PropertyUri, bool> _found = [];

    public bool IsSecret(PropertyUri uri)
    {
        if (_found.TryGetValue(uri, out var found))
            return found;

        // What leads back to itself adds nothing; that it does is refused elsewhere.
        _found[uri] = false;
        return _found[uri] = known.Find(uri.Ksuid) is { } referred
            && ((referred.Declared is { } one && IsSecret(one.Resource, uri.Path)) || (referred.Existing is { } existing && IsSecret(existing, uri.Path)));
    }

    private bool IsSecret(Resource resource, string path)
    {
        if (!PropertyPath.TryParse(path, out var steps))
            return false;
        var hints = HintTree.Of(resource.Schema);
        foreach (var step in steps)
        {
            // An element stands at its collection's node.
            var child = step.Key is null ? hints : hints.Child(step.Key);
            hints = ReferenceEquals(child, HintTree.None) && IndexOf(step) >= 0 ? hints : child;
            if (hints.Hint.Opaque)
                return true;
        }

        return IsSecret(resource, resource.Properties, steps) || IsSecret(resource, resource.ReadOnlyProperties, steps);
    }

    private bool IsSecret(Resource resource, JsonElement? properties, IReadOnlyList<PropertyPath> steps)
    {
        if (properties is not { } current)
            return false;
        foreach (var step in steps)
        {
            var index = IndexOf(step);
            if (current.ValueKind == JsonValueKind.Object && step.Key is { } key && current.TryGetProperty(key, out var member))
                current = member;
            else if (current.ValueKind == JsonValueKind.Array && index >= 0 && index < current.GetArrayLength())
                current = current[index];
            else
                return false;
            if (SecretValues.IsSecret(current, HintTree.None))
                return true;
            if (Envelope.IsReference(current))
                return PropertyUri.TryParse(current.GetProperty(Envelope.Reference).GetString(), out var stored) && IsSecret(stored);
            if (Envelope.IsSource(current))
                return SourceReference.TryRead(current, out var source, out _) && Named(source!, resource.Stack).Any(IsSecret);
        }

        // A whole object is a secret where it holds one: there is no telling which part is used.
        return SecretValues.HoldsAny(current, HintTree.None);
    }

    /// <summary>Written in short it may be without a type, and then be any that has the label.</summary>
    private IEnumerable<PropertyUri> Named(SourceReference source, string stack)
    {
        var inStack = source.Stack ?? stack;
        IEnumerable<ReferredResource> found = source.Type.Length == 0
            ? known.Labelled(inStack, source.Label)
            : known.Find(new ResourceKey(inStack, source.Type, source.Label), out _) is { } one ? [one] : [];
        return found.Select(one => one.Resource.Ksuid).OfType<string>().Select(ksuid => new PropertyUri(ksuid, source.Property));
    }

    private static int IndexOf(PropertyPath step) =>
        step.Key is null ? step.Index : int.TryParse(step.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;
}
