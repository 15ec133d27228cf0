using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Diff;

/// <summary>Walks two values and the hints beside each other and notes the operations, in the order in which they apply.</summary>
internal sealed class DiffWalk(DiffMode mode)
{
    public DiffMode Mode => mode;

    public List<PatchOperation> Operations { get; } = [];

    public void Object(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly)
    {
        foreach (var property in desired.EnumerateObject())
        {
            if (hints.Fields is { } fields && !fields.Contains(property.Name))
                continue;
            var child = hints.Child(property.Name);
            if (child.Hint is { WriteOnly: true, CreateOnly: true })
                continue;

            if (IsNoOpinion(property.Value))
                continue;
            var place = PropertyPath.Of(path, property.Name);
            var createOnly = isCreateOnly || child.Hint.CreateOnly;
            if (actual.TryGetProperty(property.Name, out var before))
                Value(before, property.Value, child, place, createOnly);
            else if (!CanonicalText.IsEmpty(property.Value))
                Note(PatchVerb.Add, place, property.Value, child, createOnly);
        }

        if (mode == DiffMode.Exact)
            RemoveUndeclaredSets(actual, desired, hints, path, isCreateOnly);
    }

    public void Value(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath path, bool isCreateOnly)
    {
        actual = Bare(actual, hints);
        var bare = Bare(desired, hints);
        if (bare.ValueKind == JsonValueKind.Null)
            return;

        if (IsPlain(actual, hints) && IsPlain(bare, hints) && actual.ValueKind == bare.ValueKind && hints.Hint.UpdateMethod != UpdateMethod.Atomic)
        {
            if (bare.ValueKind == JsonValueKind.Object)
            {
                Object(actual, bare, hints, path, isCreateOnly);
                return;
            }

            if (bare.ValueKind == JsonValueKind.Array)
            {
                CollectionDiff.Between(this, actual, bare, hints, path, isCreateOnly);
                return;
            }
        }

        // Whoever declares an empty collection where there is something else, and nothing to clear, asks for nothing.
        if (CanonicalText.IsEmpty(bare) && (mode == DiffMode.EnsureExists || CanonicalText.IsEmpty(actual)))
            return;
        if (!SameDeclaration(actual, bare, hints))
            Note(PatchVerb.Replace, path, desired, hints, isCreateOnly);
    }

    public void Note(PatchVerb verb, PropertyPath place, JsonElement value, HintTree hints, bool isCreateOnly) =>
        Operations.Add(new PatchOperation(verb, place.Pointer, value, hints, isCreateOnly));

    public static bool SameDeclaration(JsonElement actual, JsonElement desired, HintTree hints)
    {
        if (Envelope.IsReference(actual) && Envelope.IsReference(desired) && HasDrifted(actual, hints))
            return false;
        return CanonicalText.Of(actual, hints, Sense.Declaration) == CanonicalText.Of(desired, hints, Sense.Declaration);
    }

    // A synchronisation that found another value than the one written keeps that value and drops what was applied.
    private static bool HasDrifted(JsonElement reference, HintTree hints) =>
        reference.TryGetProperty(Envelope.Value, out _) && !reference.TryGetProperty(Envelope.Applied, out _) && !SecretValues.IsSecret(reference, hints);

    // An empty text is how documents leave a field out; a withheld secret is one that stays as it is.
    private static bool IsNoOpinion(JsonElement desired) => desired.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => desired.ValueEquals(""),
        JsonValueKind.Object => desired.TryGetProperty(Envelope.Withheld, out _),
        _ => false,
    };

    // A clear value in an envelope is that value.
    private static JsonElement Bare(JsonElement value, HintTree hints)
    {
        while (Envelope.IsValue(value) && !SecretValues.IsSecret(value, hints))
            value = value.GetProperty(Envelope.Value);
        return value;
    }

    private static bool IsPlain(JsonElement value, HintTree hints) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !hints.Hint.Opaque && !Envelope.IsEnvelope(value);

    private void RemoveUndeclaredSets(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly)
    {
        foreach (var (name, child) in hints.Children.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            if (child.Hint.UpdateMethod != UpdateMethod.EntitySet || child.Hint.HasProviderDefault || child.Hint.WriteOnly)
                continue;
            if (IsDeclared(desired, name) || !actual.TryGetProperty(name, out var before) || CanonicalText.IsEmpty(before))
                continue;
            Note(PatchVerb.Remove, PropertyPath.Of(path, name), default, child, isCreateOnly || child.Hint.CreateOnly);
        }
    }

    private static bool IsDeclared(JsonElement desired, string name) => desired.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}
