using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Diff;

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

    /// <summary>Those that force a replace.</summary>
    public JsonElement CreateOnlyPatch(PatchValues values) => Write(_operations.Where(static operation => operation.IsCreateOnly), values);

    /// <param name="actual">Stored properties: secrets hashed, references with what was last written.</param>
    /// <param name="desired">Declared properties; a reference is equal to the same reference whatever its value.</param>
    public static PropertyDiff Between(JsonElement? actual, JsonElement? desired, ResourceSchema? schema, DiffMode mode)
    {
        var left = actual is { ValueKind: JsonValueKind.Object } stored ? stored : JsonText.EmptyObject;
        var right = desired is { ValueKind: JsonValueKind.Object } wanted ? wanted : JsonText.EmptyObject;
        if (PropertyComparison.SameText(left, right) && !JsonText.Mentions(left, "\"$"u8))
            return Empty;

        var walk = new DiffWalk(mode);
        var hints = HintTree.Of(schema);
        walk.Object(left, right, hints, null, isCreateOnly: false);
        var operations = walk.Operations;
        if (operations.Count == 0)
            return Empty;
        ResendRequired(operations, left, right, hints, null);
        return new PropertyDiff(operations);
    }

    // Only once something changes at all: a field to be sent with every update is no reason for one.
    private static void ResendRequired(List<PatchOperation> operations, JsonElement actual, JsonElement desired, HintTree hints, PropertyPath? path)
    {
        foreach (var (name, child) in hints.Children.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            if (!desired.TryGetProperty(name, out var value) || CanonicalText.IsEmpty(value))
                continue;
            var place = PropertyPath.Of(path, name);
            if (child.Hint.RequiredOnUpdate)
            {
                var pointer = place.Pointer;
                if (operations.Any(operation => operation.IsCreateOnly && IsWithin(operation.Pointer, pointer)))
                    continue;
                operations.RemoveAll(operation => IsWithin(operation.Pointer, pointer));
                operations.Add(new PatchOperation(PatchVerb.Add, pointer, value, child, IsCreateOnly: false));
            }
            else if (value.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(value)
                && actual.TryGetProperty(name, out var before) && before.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(before))
            {
                ResendRequired(operations, before, value, child, place);
            }
        }
    }

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
