using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary>The forms a secret takes: a digest at rest, a marker where it is shown, never its text.</summary>
public static class SecretValues
{
    /// <summary>Lower-case hex SHA-256 of the string form; what is no string is taken by its JSON text.</summary>
    public static string Digest(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The digest that an envelope stands for: a hashed, sealed or opaque value; null for every other form.</summary>
    public static string? DigestOf(JsonElement envelope)
    {
        if (Envelope.IsSealed(envelope))
            return envelope.TryGetProperty(Envelope.Digest, out var digest) ? digest.GetString() : null;
        if (envelope.ValueKind != JsonValueKind.Object || !envelope.TryGetProperty(Envelope.Value, out var value))
            return null;
        if (Envelope.IsSealed(value))
            return DigestOf(value);
        if (Envelope.IsHashed(envelope) && value.ValueKind == JsonValueKind.String)
            return value.GetString();
        return Envelope.IsOpaque(envelope) ? Digest(value) : null;
    }

    public static bool IsSecret(JsonElement value, HintTree hints) =>
        value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
        && (hints.Hint.Opaque || Envelope.IsSealed(value) || Envelope.IsOpaque(value) || Envelope.IsHashed(value));

    /// <summary>A cheap no: whether there can be a secret in a value.</summary>
    public static bool MayBeIn(JsonElement value, HintTree hints) => hints.HasSecrets || Envelope.MayBeIn(value);

    /// <summary>The stored form: every secret becomes <c>{"$value":digest,"$visibility":"Opaque","$hashed":true}</c>.</summary>
    public static JsonElement Hashed(JsonElement properties, ResourceSchema? schema)
    {
        var hints = HintTree.Of(schema);
        return !MayBeIn(properties, hints) ? properties : JsonText.Rewrite(properties, hints, static (value, hints, _, writer) =>
        {
            if (!IsSecret(value, hints) || IsWithheld(value))
                return false;
            WriteHashed(value, writer);
            return true;
        });
    }

    /// <summary>Every secret becomes <c>{"$opaque":"redacted"}</c>.</summary>
    public static JsonElement Redacted(JsonElement properties, ResourceSchema? schema) => !MayBeIn(properties, HintTree.Of(schema))
        ? properties
        : JsonText.Rewrite(properties, HintTree.Of(schema), static (value, hints, _, writer) =>
        {
            if (!IsSecret(value, hints))
                return false;
            WriteWithheld(Envelope.Redacted, writer);
            return true;
        });

    public static void WriteWithheld(string marker, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString(Envelope.Withheld, marker);
        writer.WriteEndObject();
    }

    private static bool IsWithheld(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Withheld, out _);

    private static void WriteHashed(JsonElement value, Utf8JsonWriter writer)
    {
        var isEnvelope = Envelope.IsEnvelope(value);
        string? digest;
        if (!isEnvelope)
            digest = Digest(value);
        else if (DigestOf(value) is { } known)
            digest = known;
        else
            digest = value.TryGetProperty(Envelope.Value, out var inner) ? Digest(inner) : null;

        writer.WriteStartObject();
        if (isEnvelope)
        {
            // What else the envelope says (where it points, how it is updated) stays; of the value itself nothing but the digest.
            foreach (var property in value.EnumerateObject())
            {
                if (property.Name is Envelope.Reference or Envelope.Strategy or Envelope.Json or Envelope.Source or Envelope.Label or Envelope.Type or Envelope.Stack or Envelope.Property)
                    property.WriteTo(writer);
            }
        }

        if (digest is not null)
            writer.WriteString(Envelope.Value, digest);
        writer.WriteString(Envelope.Visibility, Envelope.Opaque);
        if (digest is not null)
            writer.WriteBoolean(Envelope.Hashed, true);
        writer.WriteEndObject();
    }
}
