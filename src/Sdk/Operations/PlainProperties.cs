using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Secrets;

namespace Formae.Sdk;

/// <summary>
/// Takes the envelopes off a value, so that a handler sees plain values only: sealed secrets are opened here and nowhere else. What stood in an
/// envelope of a secret is remembered, for the report must not carry it in the open, and no message may repeat it.
/// </summary>
internal sealed class PlainProperties(SecretSeal seal)
{
    private readonly List<string> _path = [];
    private bool _stored;

    /// <summary>Dotted, index-free paths of values that came as secrets, whatever the schema says of them.</summary>
    public HashSet<string> SecretPaths { get; } = [];

    /// <summary>The secrets that were opened, as text.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>Paths of secrets that nobody knows any more and that are to stay as they are.</summary>
    public HashSet<string> Preserved { get; } = [];

    /// <summary>Desired properties or a config. What cannot be handed to a plugin is refused.</summary>
    /// <exception cref="RefusedValueException">A digest where a secret is needed, a reference that was not resolved, or a seal that does not open.</exception>
    public JsonElement Desired(JsonElement value) => Transform(value, stored: false);

    /// <summary>Stored properties: what is not known in the open is left out.</summary>
    public JsonElement Stored(JsonElement value) => Transform(value, stored: true);

    private JsonElement Transform(JsonElement value, bool stored)
    {
        // Most values hold no envelope at all; one look at the bytes tells.
        if (JsonMarshal.GetRawUtf8Value(value).IndexOf("\"$"u8) < 0)
            return value;
        _stored = stored;
        _path.Clear();
        using var buffer = new JsonBuffer();
        if (!TryWrite(value, buffer.Writer, name: null))
            return OperationContext.EmptyObject;
        return buffer.ToElement();
    }

    private bool TryWrite(JsonElement value, Utf8JsonWriter writer, string? name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when Envelope.IsEnvelope(value):
                return TryWriteEnvelope(value, writer, name);
            case JsonValueKind.Object:
                if (name is not null)
                    writer.WritePropertyName(name);
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    _path.Add(property.Name);
                    TryWrite(property.Value, writer, property.Name);
                    _path.RemoveAt(_path.Count - 1);
                }

                writer.WriteEndObject();
                return true;
            case JsonValueKind.Array:
                if (name is not null)
                    writer.WritePropertyName(name);
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    TryWrite(item, writer, name: null);
                writer.WriteEndArray();
                return true;
            default:
                if (name is not null)
                    writer.WritePropertyName(name);
                value.WriteTo(writer);
                return true;
        }
    }

    private bool TryWriteEnvelope(JsonElement envelope, Utf8JsonWriter writer, string? name)
    {
        var path = string.Join('.', _path);
        if (Envelope.IsSealed(envelope))
        {
            SecretPaths.Add(path);
            var opened = Open(envelope, path);
            Secrets.Add(opened.ValueKind == JsonValueKind.String ? opened.GetString()! : opened.GetRawText());
            return TryWrite(opened, writer, name);
        }

        if (envelope.TryGetProperty(Envelope.Withheld, out var marker))
        {
            SecretPaths.Add(path);
            if (marker.ValueEquals(Envelope.Preserved))
                Preserved.Add(path);
            return false;
        }

        if (Envelope.IsOpaque(envelope) || Envelope.IsHashed(envelope))
            SecretPaths.Add(path);
        if (Envelope.IsHashed(envelope))
            return _stored ? false : throw new RefusedValueException(path, "a digest stands where the secret itself is needed; a hashed value cannot be written");
        if (envelope.TryGetProperty(Envelope.Value, out var plain))
        {
            if (Envelope.IsOpaque(envelope) && plain.ValueKind == JsonValueKind.String)
                Secrets.Add(plain.GetString()!);
            return TryWrite(plain, writer, name);
        }

        return _stored ? false : throw new RefusedValueException(path, "a reference was not resolved");
    }

    private JsonElement Open(JsonElement envelope, string path)
    {
        try
        {
            return seal.Open(envelope);
        }
        catch (CryptographicException)
        {
            throw new RefusedValueException(path, "the seal does not open: it was altered, or this app has another key ring than the coordinator (setting FormaeKeyRing)");
        }
    }
}

/// <summary>A request holds a value that no handler may see. Answered with <c>InvalidRequest</c>.</summary>
internal sealed class RefusedValueException(string path, string reason) : Exception($"'{path}': {reason}.");
