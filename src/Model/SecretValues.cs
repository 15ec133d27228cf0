using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary>The forms a secret takes: a digest at rest, a marker where it is shown, never its text.</summary>
public static class SecretValues
{
    /// <summary>
    /// Lower-case hex SHA-256 of the string form. An object or an array is taken as a whole, by its JSON with sorted keys and without nulls: the plugin
    /// may write it in another order than the document did.
    /// </summary>
    public static string Digest(JsonElement value) => Convert.ToHexStringLower(SHA256.HashData(value.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
        JsonValueKind.Object or JsonValueKind.Array => Encoding.UTF8.GetBytes(JsonText.Write(writer => JsonText.WriteSorted(value, writer, withoutNulls: true)).GetRawText()),
        _ => Encoding.UTF8.GetBytes(value.GetRawText()),
    }));

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

    /// <summary>The stored form: every secret becomes <c>{"$value":digest,"$visibility":"Opaque","$hashed":true}</c>. What has that form already is not touched.</summary>
    public static JsonElement Hashed(JsonElement properties, ResourceSchema? schema)
    {
        var hints = HintTree.Of(schema);
        return MayBeIn(properties, hints) && Any(properties, hints, static value => !IsStored(value)) ? Rewrite(properties, hints) : properties;

        static JsonElement Rewrite(JsonElement properties, HintTree hints) => JsonText.Rewrite(properties, hints, static (value, hints, _, writer) =>
        {
            if (!IsSecret(value, hints) || Envelope.IsWithheld(value))
                return false;
            WriteHashed(value, writer);
            return true;
        });
    }

    /// <summary>Whether a secret stands there in the open: neither hashed nor sealed nor withheld.</summary>
    public static bool HoldsPlain(JsonElement value, HintTree hints) => MayBeIn(value, hints) && Any(value, hints, static secret => !Envelope.IsSealed(secret) && !IsStored(secret));

    /// <summary>Whether there is any secret, in whatever form.</summary>
    public static bool HoldsAny(JsonElement value, HintTree hints) => Any(value, hints, static _ => true);

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

    // Walks without writing: most values need no change, and every row that is read is asked.
    private static bool Any(JsonElement value, HintTree hints, Func<JsonElement, bool> isMeant)
    {
        if (IsSecret(value, hints))
            return !Envelope.IsWithheld(value) && isMeant(value);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (Any(property.Value, hints.Child(property.Name), isMeant))
                        return true;
                }

                return false;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    if (Any(element, hints, isMeant))
                        return true;
                }

                return false;
            default:
                return false;
        }
    }

    /// <summary>Only the marker counts, never the look of the text: a secret of 64 hex digits is a secret.</summary>
    private static bool IsStored(JsonElement secret) =>
        Envelope.IsHashed(secret)
            ? secret.TryGetProperty(Envelope.Value, out var digest) && digest.ValueKind == JsonValueKind.String && Envelope.IsOpaque(secret) && !secret.TryGetProperty(Envelope.Applied, out _)
            : Envelope.IsReference(secret) && Envelope.IsOpaque(secret) && !secret.TryGetProperty(Envelope.Value, out _) && !secret.TryGetProperty(Envelope.Applied, out _);

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
