using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Diff;

/// <summary>
/// From one JSON value to another, hints or no hints: what went is removed, what came is added, whatever it is. For telling people what changed; a plan is made
/// by <see cref="PropertyDiff"/>, which knows what a declaration asks for.
/// </summary>
internal static class PlainDiff
{
    /// <summary>An RFC 6902 patch whose operations apply in order. Secrets are withheld.</summary>
    public static JsonElement Between(JsonElement before, JsonElement after) => JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        Value(before, after, null, writer);
        writer.WriteEndArray();
    });

    private static void Value(JsonElement before, JsonElement after, PropertyPath? place, Utf8JsonWriter writer)
    {
        if (IsSame(before, after))
            return;
        var isPlain = before.ValueKind == after.ValueKind && !Envelope.IsEnvelope(before) && !Envelope.IsEnvelope(after);
        if (isPlain && before.ValueKind == JsonValueKind.Object)
            Members(before, after, place, writer);
        else if (isPlain && before.ValueKind == JsonValueKind.Array)
            Elements(before, after, place, writer);
        else
            Write("replace", place, after, writer);
    }

    private static void Members(JsonElement before, JsonElement after, PropertyPath? place, Utf8JsonWriter writer)
    {
        foreach (var property in before.EnumerateObject())
        {
            if (!after.TryGetProperty(property.Name, out _))
                Write("remove", PropertyPath.Of(place, property.Name), null, writer);
        }

        foreach (var property in after.EnumerateObject())
        {
            if (before.TryGetProperty(property.Name, out var old))
                Value(old, property.Value, PropertyPath.Of(place, property.Name), writer);
            else
                Write("add", PropertyPath.Of(place, property.Name), property.Value, writer);
        }
    }

    // What is the same at both ends stays; of what lies between, as much as possible is changed in place, and the rest is removed or added.
    private static void Elements(JsonElement before, JsonElement after, PropertyPath? place, Utf8JsonWriter writer)
    {
        var (lengthBefore, lengthAfter) = (before.GetArrayLength(), after.GetArrayLength());
        var shorter = Math.Min(lengthBefore, lengthAfter);
        var head = 0;
        while (head < shorter && IsSame(before[head], after[head]))
            head++;
        var tail = 0;
        while (tail < shorter - head && IsSame(before[lengthBefore - 1 - tail], after[lengthAfter - 1 - tail]))
            tail++;

        var shared = shorter - head - tail;
        for (var i = lengthBefore - tail - 1; i >= head + shared; i--)
            Write("remove", PropertyPath.Of(place, i), null, writer);
        for (var i = head; i < head + shared; i++)
            Value(before[i], after[i], PropertyPath.Of(place, i), writer);
        for (var i = head + shared; i < lengthAfter - tail; i++)
            Write("add", PropertyPath.Of(place, i), after[i], writer);
    }

    private static bool IsSame(JsonElement before, JsonElement after) => PropertyComparison.SameText(before, after) || JsonElement.DeepEquals(before, after);

    private static void Write(string verb, PropertyPath? place, JsonElement? value, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("op", verb);
        writer.WriteString("path", place?.Pointer ?? "");
        if (value is { } given)
        {
            writer.WritePropertyName("value");
            SecretValues.Redacted(given, null).WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
