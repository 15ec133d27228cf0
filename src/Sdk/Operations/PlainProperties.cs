using System.Collections.Concurrent;
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

    /// <summary>Paths of values that came as secrets, whatever the schema says of them.</summary>
    public List<IReadOnlyList<string>> SecretPaths { get; } = [];

    /// <summary>The secrets that were opened, as text. A handler's own threads may log while another one is found.</summary>
    public ConcurrentQueue<string> Secrets { get; } = [];

    /// <summary>Paths of secrets that nobody knows any more and that are to stay as they are.</summary>
    public HashSet<string> Preserved { get; } = [];

    /// <summary>Desired properties or a config. What cannot be handed to a plugin is refused.</summary>
    /// <exception cref="RefusedValueException">A digest where a secret is needed, a reference that was not resolved, or a seal that does not open.</exception>
    public JsonElement Desired(JsonElement value) => Transform(value, stored: false);

    /// <summary>Desired properties, with secrets that are to stay as they are taken from what the cloud shows, wherever they stand.</summary>
    /// <exception cref="RefusedValueException">As for <see cref="Desired(JsonElement)"/>.</exception>
    public JsonElement Desired(JsonElement value, JsonElement found, ResourceSchema schema) => Transform(value, stored: false, found, HintTree.Of(schema));

    /// <summary>Stored properties: what is not known in the open is left out.</summary>
    public JsonElement Stored(JsonElement value) => Transform(value, stored: true);

    private JsonElement Transform(JsonElement value, bool stored, JsonElement? found = null, HintTree? hints = null)
    {
        // Most values hold no envelope at all; one look at the bytes tells.
        if (JsonMarshal.GetRawUtf8Value(value).IndexOf("\"$"u8) < 0)
            return value;
        _stored = stored;
        _path.Clear();
        using var buffer = new JsonBuffer();
        if (!TryWrite(value, buffer.Writer, name: null, found, hints ?? HintTree.None))
            return OperationContext.EmptyObject;
        return buffer.ToElement();
    }

    private bool TryWrite(JsonElement value, Utf8JsonWriter writer, string? name, JsonElement? found, HintTree hints)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when Envelope.IsEnvelope(value):
                return TryWriteEnvelope(value, writer, name, found, hints);
            case JsonValueKind.Object:
                if (name is not null)
                    writer.WritePropertyName(name);
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    _path.Add(property.Name);
                    TryWrite(property.Value, writer, property.Name, Member(found, property.Name), hints.Child(property.Name));
                    _path.RemoveAt(_path.Count - 1);
                }

                writer.WriteEndObject();
                return true;
            case JsonValueKind.Array:
                if (name is not null)
                    writer.WritePropertyName(name);
                writer.WriteStartArray();
                _path.Add(Sdk.SecretPaths.Element);
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    TryWrite(item, writer, name: null, Element(value, item, index++, found, hints), hints);
                _path.RemoveAt(_path.Count - 1);
                writer.WriteEndArray();
                return true;
            default:
                if (name is not null)
                    writer.WritePropertyName(name);
                value.WriteTo(writer);
                return true;
        }
    }

    private bool TryWriteEnvelope(JsonElement envelope, Utf8JsonWriter writer, string? name, JsonElement? found, HintTree hints)
    {
        var path = string.Join('.', _path.Where(name => !ReferenceEquals(name, Sdk.SecretPaths.Element)));
        if (Envelope.IsSealed(envelope))
        {
            SecretPaths.Add([.. _path]);
            var opened = Open(envelope, path);
            Hide(opened);
            if (envelope.TryGetProperty(Envelope.Json, out var expression))
                opened = Extract(opened, expression.GetString()!, path);
            return TryWrite(opened, writer, name, null, HintTree.None);
        }

        if (envelope.TryGetProperty(Envelope.Withheld, out var marker))
        {
            SecretPaths.Add([.. _path]);
            if (!marker.ValueEquals(Envelope.Preserved))
                return false;
            Preserved.Add(path);
            if (found is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } kept)
                return false;
            Hide(kept);
            if (name is not null)
                writer.WritePropertyName(name);
            kept.WriteTo(writer);
            return true;
        }

        if (Envelope.IsOpaque(envelope) || Envelope.IsHashed(envelope))
            SecretPaths.Add([.. _path]);
        if (Envelope.IsHashed(envelope))
            return _stored ? false : throw new RefusedValueException(path, "a digest stands where the secret itself is needed; a hashed value cannot be written");
        if (envelope.TryGetProperty(Envelope.Value, out var plain))
        {
            if (Envelope.IsOpaque(envelope))
                Hide(plain);
            return TryWrite(plain, writer, name, found, hints);
        }

        return _stored ? false : throw new RefusedValueException(path, "a reference was not resolved");
    }

    private static JsonElement? Member(JsonElement? found, string name) =>
        found is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member) ? member : null;

    /// <summary>The element that the cloud shows for this one: by its key, where elements have one, else by its place in a list that is as long.</summary>
    private static JsonElement? Element(JsonElement list, JsonElement item, int index, JsonElement? found, HintTree hints)
    {
        if (found is not { ValueKind: JsonValueKind.Array } live)
            return null;
        if (hints.Hint.IndexField is { } field && Member(item, field) is { } key)
            return live.EnumerateArray().Where(one => Member(one, field) is { } other && JsonElement.DeepEquals(key, other)).Select(one => (JsonElement?)one).FirstOrDefault();
        return live.GetArrayLength() == list.GetArrayLength() ? live[index] : null;
    }

    /// <summary>No message may repeat it, nor any part of it.</summary>
    public void Hide(JsonElement secret)
    {
        switch (secret.ValueKind)
        {
            case JsonValueKind.String:
                Secrets.Enqueue(secret.GetString()!);
                break;
            case JsonValueKind.Object:
                foreach (var property in secret.EnumerateObject())
                    Hide(property.Value);
                break;
            case JsonValueKind.Array:
                foreach (var item in secret.EnumerateArray())
                    Hide(item);
                break;
            case JsonValueKind.Number:
                Secrets.Enqueue(secret.GetRawText());
                break;
        }
    }

    private JsonElement Extract(JsonElement document, string expression, string path)
    {
        if (document.ValueKind != JsonValueKind.String)
            throw new RefusedValueException(path, $"the secret it refers to is no text that '{expression}' could be taken from");
        if (!JsonExtraction.TryExtract(document.GetString()!, expression, out var part, out var problem))
            throw new RefusedValueException(path, $"'{expression}' cannot be taken from the secret it refers to: {problem}");
        Hide(part);
        return part;
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
