using System.Text.Json;

namespace Formae.Model;

/// <summary>What a desired state asks of collections.</summary>
public enum DiffMode
{
    /// <summary>Reconcile: the desired collection is the whole one.</summary>
    Exact,

    /// <summary>Patch: what is mentioned must be there; the rest stays.</summary>
    EnsureExists,
}

/// <summary>
/// From what is stored to what is wanted, as JSON patch operations that apply in order. A field that nobody mentioned is left
/// alone (a whole entity set in <see cref="DiffMode.Exact"/> excepted).
/// </summary>
public sealed class PropertyDiff
{
    private static readonly PropertyDiff Empty = new([]);

    private readonly IReadOnlyList<PatchOperation> _operations;

    private PropertyDiff(IReadOnlyList<PatchOperation> operations) => _operations = operations;

    public bool IsEmpty => _operations.Count == 0;

    /// <summary>Whether it cannot be done in place: a field that is set at creation only would change.</summary>
    public bool NeedsReplace => _operations.Any(static operation => operation.IsCreateOnly);

    /// <summary>All operations.</summary>
    public JsonElement Patch(PatchValues values) => Write(_operations, values);

    /// <summary>The state after all operations, in stored form.</summary>
    public JsonElement ApplyTo(JsonElement actual) => IsEmpty ? actual : Applied(actual, _operations);

    /// <summary>Those that force a replace.</summary>
    public JsonElement CreateOnlyPatch(PatchValues values) => Write(_operations.Where(static operation => operation.IsCreateOnly), values);

    /// <param name="actual">Stored properties: secrets hashed, references with what was last written.</param>
    /// <param name="desired">Declared properties; a reference is equal to the same reference whatever its value.</param>
    public static PropertyDiff Between(JsonElement? actual, JsonElement? desired, ResourceSchema? schema, DiffMode mode)
    {
        var left = actual is { ValueKind: JsonValueKind.Object } stored ? stored : JsonText.EmptyObject;
        var right = desired is { ValueKind: JsonValueKind.Object } wanted ? wanted : JsonText.EmptyObject;
        if (PropertyComparison.SameText(left, right) && !Envelope.MayBeIn(left))
            return Empty;

        var walk = new DiffWalk(mode);
        var hints = HintTree.Of(schema);
        walk.Object(left, right, hints, null, isCreateOnly: false);
        var operations = walk.Operations;
        if (operations.Count == 0)
            return Empty;
        if (hints.HasRequiredOnUpdate)
            ResendRequired(operations, left, Applied(left, operations), right, hints, null, isCreateOnly: false);
        return new PropertyDiff(operations);
    }

    // Only once something changes at all: a field to be sent with every update is no reason for one.
    private static void ResendRequired(List<PatchOperation> operations, JsonElement actual, JsonElement changed, JsonElement desired, HintTree hints, PropertyPath? path, bool isCreateOnly)
    {
        foreach (var (name, child) in hints.Ordered)
        {
            var createOnly = isCreateOnly || child.Hint.CreateOnly;
            if (!desired.TryGetProperty(name, out var value) || CanonicalText.IsEmpty(value) || DiffWalk.IsNoOpinion(value) || createOnly && child.Hint.WriteOnly)
                continue;
            if (!changed.TryGetProperty(name, out var after))
                continue;
            var place = PropertyPath.Of(path, name);
            if (child.Hint.RequiredOnUpdate)
            {
                var pointer = place.Pointer;
                if (operations.Any(operation => operation.IsCreateOnly && IsWithin(operation.Pointer, pointer)))
                    continue;
                operations.RemoveAll(operation => IsWithin(operation.Pointer, pointer));
                operations.Add(new PatchOperation(PatchVerb.Add, pointer, Whole(after, value, child), child, IsCreateOnly: false));
            }
            else if (child.HasRequiredOnUpdate && IsPlainObject(value) && IsPlainObject(after) && actual.TryGetProperty(name, out var before) && IsPlainObject(before))
            {
                ResendRequired(operations, before, after, value, child, place, createOnly);
            }
        }
    }

    /// <summary>The whole of a field after the change: what the document does not mention stays, and what it does is as it says, because a row knows no secrets.</summary>
    private static JsonElement Whole(JsonElement after, JsonElement declared, HintTree hints)
    {
        if (!IsPlainObject(after) || !IsPlainObject(declared) || hints.Hint.Opaque)
            return CanonicalText.Of(after, hints, Sense.Declaration) == CanonicalText.Of(declared, hints, Sense.Declaration) ? declared : after;
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var property in after.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                (declared.TryGetProperty(property.Name, out var said) ? Whole(property.Value, said, hints.Child(property.Name)) : property.Value).WriteTo(writer);
            }

            writer.WriteEndObject();
        });
    }

    private static bool IsPlainObject(JsonElement value) => value.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(value);

    private static JsonElement Applied(JsonElement actual, IEnumerable<PatchOperation> operations) =>
        JsonPatch.Apply(actual, operations.Select(static operation => (operation.Name, operation.Pointer, operation.Value)));

    private static bool IsWithin(string pointer, string ancestor) =>
        pointer.StartsWith(ancestor, StringComparison.Ordinal) && (pointer.Length == ancestor.Length || pointer[ancestor.Length] == '/');

    private static JsonElement Write(IEnumerable<PatchOperation> operations, PatchValues values) => JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var operation in operations)
            operation.WriteTo(writer, values);
        writer.WriteEndArray();
    });
}
