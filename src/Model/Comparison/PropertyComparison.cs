using System.Runtime.InteropServices;
using System.Text.Json;

namespace Formae.Model;

/// <summary>Whether the cloud still holds what is stored: the one comparison of the plugin's pre-read and of the planner.</summary>
public static class PropertyComparison
{
    /// <param name="actual">What a read returned: plain values.</param>
    /// <param name="expected">What is stored: secrets may be hashes, references are taken by their values.</param>
    /// <remarks>
    /// Only read-write fields count. The order of a collection counts for the update method Array only; null, <c>[]</c>, <c>{}</c> and absence are
    /// one. A write-only field, which no read returns, counts only when it is there.
    /// </remarks>
    public static bool Equal(JsonElement actual, JsonElement expected, ResourceSchema schema) => Equal(actual, expected, schema, leftOut: null);

    /// <summary>As <see cref="Equal(JsonElement, JsonElement, ResourceSchema)"/>, for what was asked for and not stored yet: what the provider fills in where it is left out does not count.</summary>
    public static bool Fulfills(JsonElement actual, JsonElement wanted, ResourceSchema schema) => Equal(actual, wanted, schema, ProviderDefaults.LeftOutBy(wanted, HintTree.Of(schema)));

    private static bool Equal(JsonElement actual, JsonElement expected, ResourceSchema schema, IReadOnlySet<HintTree>? leftOut)
    {
        if (SameText(actual, expected))
            return true;
        if (actual.ValueKind != JsonValueKind.Object || expected.ValueKind != JsonValueKind.Object)
            return CanonicalText.Of(actual, HintTree.None, Sense.Content) == CanonicalText.Of(expected, HintTree.None, Sense.Content);

        var hints = HintTree.Of(schema);
        var unread = UnreadFields(actual, hints);
        var ignored = unread.Concat(Foreign(actual, hints)).Concat(Foreign(expected, hints)).ToHashSet(StringComparer.Ordinal);
        return CanonicalText.Of(actual, hints, Sense.Content, ignored, leftOut) == CanonicalText.Of(expected, hints, Sense.Content, ignored, leftOut);
    }

    /// <summary>The same bytes: the cheapest yes.</summary>
    public static bool SameText(JsonElement left, JsonElement right) =>
        left.ValueKind == right.ValueKind && left.ValueKind is not JsonValueKind.Undefined
        && JsonMarshal.GetRawUtf8Value(left).SequenceEqual(JsonMarshal.GetRawUtf8Value(right));

    private static IEnumerable<string> UnreadFields(JsonElement actual, HintTree hints)
    {
        foreach (var (name, child) in hints.Children)
        {
            if (child.Hint.WriteOnly && (!actual.TryGetProperty(name, out var value) || CanonicalText.IsEmpty(value)))
                yield return name;
        }
    }

    private static IEnumerable<string> Foreign(JsonElement value, HintTree hints)
    {
        if (hints.Fields is not { } fields)
            yield break;
        foreach (var property in value.EnumerateObject())
        {
            if (!fields.Contains(property.Name))
                yield return property.Name;
        }
    }
}
