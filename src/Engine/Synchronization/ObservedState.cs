using System.Text.Json;
using Formae.Engine.Reports;
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
            WriteHash(cloud, writer);
        }
        else
        {
            writer.WritePropertyName(Envelope.Value);
            cloud.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>
    /// Elements are told by what they hold, those of an entity set by their key, those of a list by their place. Where others exchanged a secret, what came in its
    /// place is one as well, although nothing else says so.
    /// </summary>
    private static void WriteArray(JsonElement mine, JsonElement cloud, HintTree hints, Utf8JsonWriter writer)
    {
        var (before, seen) = (mine.EnumerateArray().ToList(), cloud.EnumerateArray().ToList());
        var pairs = hints.Hint.UpdateMethod == UpdateMethod.Array ? [.. seen.Select((_, place) => place < before.Count ? place : -1)] : ElementPairs.Of(mine, cloud, hints);
        var isSecretLost = before.Where((element, index) => SecretValues.IsSecret(element, hints) && Array.IndexOf(pairs, index) < 0).Any();
        writer.WriteStartArray();
        for (var i = 0; i < pairs.Length; i++)
        {
            if (pairs[i] < 0 && isSecretLost && seen[i].ValueKind != JsonValueKind.Object)
                WriteSecret(seen[i], writer);
            else
                WriteValue(pairs[i] < 0 ? null : before[pairs[i]], seen[i], hints, writer);
        }

        writer.WriteEndArray();
    }

    private static void WriteSecret(JsonElement cloud, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteHash(cloud, writer);
        writer.WriteEndObject();
    }

    private static void WriteHash(JsonElement cloud, Utf8JsonWriter writer)
    {
        writer.WriteString(Envelope.Visibility, Envelope.Opaque);
        writer.WriteString(Envelope.Value, DigestOf(cloud));
        writer.WriteBoolean(Envelope.Hashed, true);
    }

    private static string Content(JsonElement value, HintTree hints) => CanonicalText.Of(value, hints, Sense.Content);

    private static string DigestOf(JsonElement value) => SecretValues.DigestOf(value) ?? SecretValues.Digest(value);
}
