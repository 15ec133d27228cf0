using System.Text.Json;

namespace Formae.Model;

/// <summary>What rows keep of references.</summary>
public static partial class References
{
    /// <summary>What a row keeps after a write: beside each reference the value that was written; of a secret only its digest.</summary>
    public static JsonElement Store(JsonElement desired, Func<PropertyUri, JsonElement?> values, ResourceSchema? schema)
    {
        if (!Mentioned(desired, "\"$ref\""u8))
            return desired;
        return JsonText.Rewrite(desired, HintTree.Of(schema), (value, hints, path, writer) =>
        {
            if (TryTemplate(value, out var text))
                return WriteMadeText(value, text, values, writer);
            if (!Envelope.IsReference(value) || !TryResolve(value, values, out var resolved, out _, out _))
                return false;
            WriteStored(value, resolved, resolved, SecretValues.IsSecret(value, hints) || SecretValues.IsSecret(resolved, HintTree.None), writer);
            return true;
        });
    }

    // Beside a template the text that was made of it, which is what the cloud holds.
    private static bool WriteMadeText(JsonElement envelope, EmbeddedText text, Func<PropertyUri, JsonElement?> values, Utf8JsonWriter writer)
    {
        var isKnown = true;
        var made = text.Substitute(span =>
        {
            if (Envelope.IsValue(span))
                return PlainText(span.GetProperty(Envelope.Value));
            isKnown &= TryResolve(span, values, out var value, out _, out _) && !SecretValues.IsSecret(value, HintTree.None);
            return isKnown ? PlainText(value) : "";
        });
        if (!isKnown)
            return false;
        writer.WriteStartObject();
        foreach (var property in envelope.EnumerateObject())
        {
            if (property.Name is not Envelope.Value)
                property.WriteTo(writer);
        }

        writer.WriteString(Envelope.Value, made);
        writer.WriteEndObject();
        return true;
    }

    internal static void WriteStored(JsonElement reference, JsonElement value, JsonElement? applied, bool isSecret, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var property in reference.EnumerateObject())
        {
            if (property.Name is not (Envelope.Value or Envelope.Applied or Envelope.Hashed or Envelope.Visibility))
                property.WriteTo(writer);
        }

        if (isSecret)
        {
            writer.WriteString(Envelope.Visibility, Envelope.Opaque);
            writer.WriteString(Envelope.Value, SecretValues.DigestOf(value) ?? SecretValues.Digest(value));
            writer.WriteBoolean(Envelope.Hashed, true);
        }
        else
        {
            if (reference.TryGetProperty(Envelope.Visibility, out var visibility))
            {
                writer.WritePropertyName(Envelope.Visibility);
                visibility.WriteTo(writer);
            }

            writer.WritePropertyName(Envelope.Value);
            value.WriteTo(writer);
            if (applied is { } written)
            {
                writer.WritePropertyName(Envelope.Applied);
                written.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
