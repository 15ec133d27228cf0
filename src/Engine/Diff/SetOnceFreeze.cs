using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Diff;

/// <summary>A value with the strategy SetOnce stays what it was when it was first written, whatever the document says later.</summary>
public static class SetOnceFreeze
{
    /// <summary>The desired state with every frozen value as it is stored.</summary>
    public static JsonElement Apply(JsonElement desired, JsonElement? existing, ResourceSchema? schema)
    {
        if (existing is not { ValueKind: JsonValueKind.Object } stored)
            return desired;
        if (!Mentioned(desired, stored))
            return desired;
        return JsonText.Write(writer => Write(desired, stored, HintTree.Of(schema), writer));
    }

    private static void Write(JsonElement desired, JsonElement stored, HintTree hints, Utf8JsonWriter writer)
    {
        if (IsFrozen(stored) || (IsFrozen(desired) && stored.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)))
        {
            stored.WriteTo(writer);
        }
        else if (desired.ValueKind == JsonValueKind.Object && stored.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(desired) && !Envelope.IsEnvelope(stored))
        {
            writer.WriteStartObject();
            foreach (var property in desired.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                if (stored.TryGetProperty(property.Name, out var before))
                    Write(property.Value, before, hints.Child(property.Name), writer);
                else
                    property.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
        else if (desired.ValueKind == JsonValueKind.Array && stored.ValueKind == JsonValueKind.Array && Mentioned(desired, stored))
        {
            WriteArray(desired, stored, hints, writer);
        }
        else
        {
            desired.WriteTo(writer);
        }
    }

    private static void WriteArray(JsonElement desired, JsonElement stored, HintTree hints, Utf8JsonWriter writer)
    {
        var keyField = hints.Hint.IndexField ?? "Key";
        var before = stored.EnumerateArray().ToList();
        var texts = before.ConvertAll(Text);
        var isTaken = new bool[before.Count];
        var byKey = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < before.Count; i++)
        {
            if (KeyOf(before[i]) is { } key)
                isTaken[i] = byKey.TryAdd(key, i);
        }

        var after = desired.EnumerateArray().ToList();
        var results = new JsonElement?[after.Count];
        for (var i = 0; i < after.Count; i++)
        {
            if (KeyOf(after[i]) is { } key)
                results[i] = byKey.TryGetValue(key, out var match) ? Frozen(after[i], before[match]) : after[i];
            else if (hints.Hint.UpdateMethod == UpdateMethod.Array)
                results[i] = after.Count == before.Count ? Frozen(after[i], before[i]) : after[i];
            else
                results[i] = TakeEqual(after[i]);
        }

        writer.WriteStartArray();
        for (var i = 0; i < after.Count; i++)
            (results[i] ?? Alike(after[i])).WriteTo(writer);
        writer.WriteEndArray();

        string? KeyOf(JsonElement element) =>
            element.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(element) && element.TryGetProperty(keyField, out var key)
                ? CanonicalText.Of(key, hints.Child(keyField), Sense.Declaration)
                : null;

        JsonElement? TakeEqual(JsonElement element) => Take(Text(element)) is null ? null : element;

        // A member of a set has no name: it is the stored one that it is equal to but for what was set once.
        JsonElement Alike(JsonElement element)
        {
            for (var i = 0; i < before.Count; i++)
            {
                if (!isTaken[i] && Take(Text(Frozen(element, before[i])), i) is { } found)
                    return found;
            }

            return element;
        }

        JsonElement? Take(string text, int from = 0)
        {
            var found = texts.IndexOf(text, from);
            while (found >= 0 && isTaken[found])
                found = texts.IndexOf(text, found + 1);
            if (found < 0)
                return null;
            isTaken[found] = true;
            return before[found];
        }

        JsonElement Frozen(JsonElement element, JsonElement other) => JsonText.Write(inner => Write(element, other, hints, inner));

        string Text(JsonElement element) => CanonicalText.Of(element, hints, Sense.Declaration);
    }

    private static bool Mentioned(JsonElement desired, JsonElement stored) => JsonText.Mentions(desired, "\"SetOnce\""u8) || JsonText.Mentions(stored, "\"SetOnce\""u8);

    private static bool IsFrozen(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Strategy, out var strategy) && strategy.ValueKind == JsonValueKind.String
        && strategy.ValueEquals(Envelope.SetOnce);
}
