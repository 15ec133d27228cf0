using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Whether two configs of a target are the same. References are the same when they point at the same place; visibility and strategy do not count; of a secret
/// only its digest may be known.
/// </summary>
internal static class ConfigComparison
{
    /// <summary>The top-level fields that differ, sorted.</summary>
    public static IReadOnlyList<string> ChangedFields(JsonElement? existing, JsonElement? declared)
    {
        var before = Members(existing);
        var after = Members(declared);
        return [.. before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .Where(name => !Same(before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
            .Order(StringComparer.Ordinal)];
    }

    private static bool Same(JsonElement before, JsonElement after)
    {
        if (CanonicalText.Of(before, HintTree.None, Sense.Declaration) == CanonicalText.Of(after, HintTree.None, Sense.Declaration))
            return true;
        if (IsPlain(before, JsonValueKind.Object) && IsPlain(after, JsonValueKind.Object))
            return ChangedFields(before, after).Count == 0;
        if (IsPlain(before, JsonValueKind.Array) && IsPlain(after, JsonValueKind.Array))
            return before.GetArrayLength() == after.GetArrayLength() && before.EnumerateArray().Zip(after.EnumerateArray()).All(pair => Same(pair.First, pair.Second));
        return Digest(before) is { } digest && digest == (Digest(after) ?? PlainDigest(after)) || Digest(after) is { } other && other == PlainDigest(before);
    }

    private static string? Digest(JsonElement value) => Envelope.IsReference(value) ? null : SecretValues.DigestOf(value);

    private static string? PlainDigest(JsonElement value)
    {
        while (Envelope.IsValue(value))
            value = value.GetProperty(Envelope.Value);
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || Envelope.IsEnvelope(value) ? null : SecretValues.Digest(value);
    }

    private static bool IsPlain(JsonElement value, JsonValueKind kind) => value.ValueKind == kind && !Envelope.IsEnvelope(value);

    private static Dictionary<string, JsonElement> Members(JsonElement? config)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (config is { ValueKind: JsonValueKind.Object } value)
        {
            foreach (var property in value.EnumerateObject())
                members[property.Name] = property.Value;
        }

        return members;
    }
}
