using System.Text.Json;

namespace Formae.Model;

/// <summary>Walks two values and the hints beside each other and notes the operations, in the order in which they apply.</summary>
internal sealed class DiffWalk(DiffMode mode)
{
    /// <summary>What is desired of the object that is being walked, last, and of those around it.</summary>
    private readonly List<JsonElement> _around = [];

    public DiffMode Mode => mode;

    public List<PatchOperation> Operations { get; } = [];

    public void Object(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly)
    {
        _around.Add(desired);
        foreach (var property in desired.EnumerateObject())
        {
            if (hints.Fields is { } fields && !fields.Contains(property.Name))
                continue;
            var child = hints.Child(property.Name);
            var createOnly = isCreateOnly || child.Hint.CreateOnly;

            // Nobody can tell whether it is still what was written, and a replace for nothing is the worse mistake.
            if (createOnly && child.Hint.WriteOnly || IsNoOpinion(property.Value))
                continue;
            var place = PropertyPath.Of(path, property.Name);
            var isThere = actual.TryGetProperty(property.Name, out var before);
            if ((!isThere || IsNoOpinion(before)) && CanonicalText.IsLeftOut(property.Value))
                continue;
            if (isThere)
                Value(before, property.Value, child, place, createOnly);
            else
                Note(PatchVerb.Add, place, property.Value, child, createOnly);
        }

        if (mode == DiffMode.Exact && hints.HasEntitySets)
            RemoveUndeclaredSets(actual, desired, hints, path, isCreateOnly);
        if (hints.HasAlternatives || hints.HasConditions)
            RemoveRuledOut(actual, desired, hints, path, isCreateOnly, isMentioned: true);
        _around.RemoveAt(_around.Count - 1);
    }

    /// <summary>What is there and nobody mentions: it stays, but for what goes only with a value that another one is declared in the place of.</summary>
    public void Unmentioned(JsonElement actual, HintTree hints, PropertyPath path, bool isCreateOnly)
    {
        if (!hints.HasConditions || !IsPlain(actual, hints))
            return;
        if (actual.ValueKind == JsonValueKind.Object)
        {
            _around.Add(JsonText.EmptyObject);
            RemoveRuledOut(actual, JsonText.EmptyObject, hints, path, isCreateOnly, isMentioned: false);
            _around.RemoveAt(_around.Count - 1);
            return;
        }

        var index = 0;
        foreach (var element in actual.EnumerateArray())
            Unmentioned(element, hints, PropertyPath.Of(path, index++), isCreateOnly);
    }

    public void Value(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath path, bool isCreateOnly)
    {
        actual = Bare(actual, hints);
        var bare = Bare(desired, hints);
        if (bare.ValueKind == JsonValueKind.Null || Envelope.IsWithheld(bare))
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
        if (bare.ValueKind is JsonValueKind.Object or JsonValueKind.Array && CanonicalText.IsLeftOut(bare) && (mode == DiffMode.EnsureExists || CanonicalText.IsEmpty(actual)))
            return;
        if (!SameDeclaration(actual, bare, hints))
            Note(PatchVerb.Replace, path, desired, hints, isCreateOnly);
    }

    public void Note(PatchVerb verb, PropertyPath place, JsonElement value, HintTree hints, bool isCreateOnly) =>
        Operations.Add(new PatchOperation(verb, place.Pointer, value, hints, isCreateOnly));

    private static bool SameDeclaration(JsonElement actual, JsonElement desired, HintTree hints)
    {
        var leftOut = ProviderDefaults.LeftOutBy(desired, hints);
        return CanonicalText.Of(actual, hints, Sense.Stored, leftOut: leftOut) == CanonicalText.Of(desired, hints, Sense.Declaration, leftOut: leftOut);
    }

    /// <summary>An empty text is how documents leave a field out; a withheld secret is one that stays as it is.</summary>
    public static bool IsNoOpinion(JsonElement desired) => desired.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => desired.ValueEquals(""),
        JsonValueKind.Object => Envelope.IsWithheld(desired) || Envelope.IsValue(desired) && IsNoOpinion(desired.GetProperty(Envelope.Value)),
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

    private void RemoveRuledOut(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly, bool isMentioned)
    {
        foreach (var (name, child) in hints.Ordered)
        {
            if (hints.Fields is { } fields && !fields.Contains(name) || Alternatives.IsDeclared(desired, name))
                continue;
            if (!actual.TryGetProperty(name, out var before) || CanonicalText.IsEmpty(before) || isMentioned && IsRemoved(desired, name, child))
                continue;
            if (Alternatives.IsRuledOut(name, actual, _around, hints))
                Note(PatchVerb.Remove, PropertyPath.Of(path, name), default, child, isCreateOnly || child.Hint.CreateOnly);
            else if (!IsDeclared(desired, name))
                Unmentioned(before, child, PropertyPath.Of(path, name), isCreateOnly || child.Hint.CreateOnly);
        }
    }

    private void RemoveUndeclaredSets(JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly)
    {
        foreach (var (name, child) in hints.Ordered)
        {
            if (!IsRemoved(desired, name, child) || !actual.TryGetProperty(name, out var before) || CanonicalText.IsEmpty(before) || IsNoOpinion(before))
                continue;
            Note(PatchVerb.Remove, PropertyPath.Of(path, name), default, child, isCreateOnly || child.Hint.CreateOnly);
        }
    }

    /// <summary>Whether a reconcile takes it away because nobody declares it.</summary>
    private bool IsRemoved(JsonElement desired, string name, HintTree hints) =>
        mode == DiffMode.Exact && hints.Hint is { UpdateMethod: UpdateMethod.EntitySet, HasProviderDefault: false, WriteOnly: false } && !IsDeclared(desired, name);

    private static bool IsDeclared(JsonElement desired, string name) => desired.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}
