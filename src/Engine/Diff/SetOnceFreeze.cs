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
        if (!JsonText.Mentions(desired, "\"SetOnce\""u8) && !JsonText.Mentions(stored, "\"SetOnce\""u8))
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
        else if (desired.ValueKind == JsonValueKind.Array && stored.ValueKind == JsonValueKind.Array)
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
        var byKey = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var element in stored.EnumerateArray())
        {
            if (KeyOf(element) is { } key)
                byKey.TryAdd(key, element);
        }

        var sameLength = desired.GetArrayLength() == stored.GetArrayLength();
        var index = 0;
        writer.WriteStartArray();
        foreach (var element in desired.EnumerateArray())
        {
            var key = KeyOf(element);
            if (key is not null && byKey.TryGetValue(key, out var before))
                Write(element, before, hints, writer);
            else if (key is null && sameLength)
                Write(element, stored[index], hints, writer);
            else
                element.WriteTo(writer);
            index++;
        }

        writer.WriteEndArray();

        string? KeyOf(JsonElement element) =>
            element.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(element) && element.TryGetProperty(keyField, out var key)
                ? CanonicalText.Of(key, hints.Child(keyField), Sense.Declaration)
                : null;
    }

    private static bool IsFrozen(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Strategy, out var strategy) && strategy.ValueKind == JsonValueKind.String
        && strategy.ValueEquals(Envelope.SetOnce);
}
