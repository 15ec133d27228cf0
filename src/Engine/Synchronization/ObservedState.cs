using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Synchronization;

/// <summary>
/// Properties as a look at the cloud found them, in the envelopes in which the person declared them: a reference stays one as long as the cloud holds its value,
/// and notes what it holds instead; a secret is its hash; what no read returns stays as it was.
/// </summary>
internal static class ObservedState
{
    public static (JsonElement Properties, JsonElement? ReadOnly) Of(Resource stored, JsonElement cloud)
    {
        var hints = HintTree.Of(stored.Schema);
        var before = stored.Properties is { ValueKind: JsonValueKind.Object } properties ? properties : JsonText.EmptyObject;
        var own = JsonText.Write(writer => WriteObject(before, cloud, hints, name => IsOwn(name, before, hints), writer));
        var isForeign = cloud.EnumerateObject().Any(property => !IsOwn(property.Name, before, hints));
        return (own, !isForeign ? null : JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var property in cloud.EnumerateObject().Where(property => !IsOwn(property.Name, before, hints)))
                property.WriteTo(writer);
            writer.WriteEndObject();
        }));
    }

    private static bool IsOwn(string name, JsonElement before, HintTree hints) => hints.Fields is not { } fields || fields.Contains(name) || before.TryGetProperty(name, out _);

    private static void WriteObject(JsonElement before, JsonElement cloud, HintTree hints, Func<string, bool> isOwn, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var property in cloud.EnumerateObject().Where(property => isOwn(property.Name)))
        {
            writer.WritePropertyName(property.Name);
            WriteValue(before.TryGetProperty(property.Name, out var mine) ? mine : null, property.Value, hints.Child(property.Name), writer);
        }

        foreach (var property in before.EnumerateObject())
        {
            if (!cloud.TryGetProperty(property.Name, out _) && IsKept(property.Value, hints.Child(property.Name)))
                property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>What a cloud does not return although it has it.</summary>
    private static bool IsKept(JsonElement value, HintTree hints) => hints.Hint.WriteOnly || SecretValues.IsSecret(value, hints);

    private static void WriteValue(JsonElement? before, JsonElement cloud, HintTree hints, Utf8JsonWriter writer)
    {
        if (before is not { } mine)
            cloud.WriteTo(writer);
        else if (CanonicalText.IsEmpty(cloud) && IsKept(mine, hints) || IsTextAsMade(mine, cloud, hints))
            mine.WriteTo(writer);
        else if (SecretValues.IsSecret(mine, hints) || Envelope.IsReference(mine) || Envelope.IsValue(mine))
            WriteEnvelope(mine, cloud, hints, writer);
        else if (mine.ValueKind == JsonValueKind.Object && cloud.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(cloud))
            WriteObject(mine, cloud, hints, static _ => true, writer);
        else if (mine.ValueKind == JsonValueKind.Array && cloud.ValueKind == JsonValueKind.Array)
            WriteArray(mine, cloud, hints, writer);
        else
            cloud.WriteTo(writer);
    }

    // A text with references in it holds what was made of them; where that is not known, nobody can say that the cloud's is another.
    private static bool IsTextAsMade(JsonElement mine, JsonElement cloud, HintTree hints) =>
        mine.ValueKind == JsonValueKind.Object && mine.TryGetProperty(Envelope.Embed, out _)
        && (!mine.TryGetProperty(Envelope.Value, out _) || Content(mine, hints) == Content(cloud, hints));

    /// <summary>The envelope with the cloud's value. A reference that holds another value than was written no longer says that it was.</summary>
    private static void WriteEnvelope(JsonElement mine, JsonElement cloud, HintTree hints, Utf8JsonWriter writer)
    {
        var isSecret = SecretValues.IsSecret(mine, hints) || SecretValues.IsSecret(cloud, HintTree.None);
        if (Content(mine, hints) == Content(cloud, hints) || isSecret && DigestOf(mine) == DigestOf(cloud))
        {
            mine.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        if (Envelope.IsEnvelope(mine))
        {
            foreach (var property in mine.EnumerateObject())
            {
                if (property.Name is not (Envelope.Value or Envelope.Applied or Envelope.Hashed) && !(isSecret && property.Name == Envelope.Visibility))
                    property.WriteTo(writer);
            }
        }

        if (isSecret)
        {
            writer.WriteString(Envelope.Visibility, Envelope.Opaque);
            writer.WriteString(Envelope.Value, DigestOf(cloud));
            writer.WriteBoolean(Envelope.Hashed, true);
        }
        else
        {
            writer.WritePropertyName(Envelope.Value);
            cloud.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>Elements are told by what they hold, those of an entity set by their key, those of a list by their place.</summary>
    private static void WriteArray(JsonElement mine, JsonElement cloud, HintTree hints, Utf8JsonWriter writer)
    {
        var rest = mine.EnumerateArray().ToList();
        var isList = hints.Hint.UpdateMethod == UpdateMethod.Array;
        writer.WriteStartArray();
        foreach (var element in cloud.EnumerateArray())
        {
            var at = isList ? (rest.Count > 0 ? 0 : -1) : IndexOf(rest, element, hints);
            WriteValue(at < 0 ? null : rest[at], element, hints, writer);
            if (at >= 0)
                rest.RemoveAt(at);
        }

        writer.WriteEndArray();
    }

    private static int IndexOf(List<JsonElement> elements, JsonElement wanted, HintTree hints)
    {
        var content = Content(wanted, hints);
        var same = elements.FindIndex(element => Content(element, hints) == content);
        if (same >= 0 || hints.Hint.IndexField is not { Length: > 0 } field)
            return same;
        return Key(wanted) is { } key ? elements.FindIndex(element => Key(element) == key) : -1;

        string? Key(JsonElement element) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) ? Content(value, hints.Child(field)) : null;
    }

    private static string Content(JsonElement value, HintTree hints) => CanonicalText.Of(value, hints, Sense.Content);

    private static string DigestOf(JsonElement value) => SecretValues.DigestOf(value) ?? SecretValues.Digest(value);
}
