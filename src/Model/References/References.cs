using System.Text.Json;

namespace Formae.Model;

/// <summary>A stored reference (<c>$ref</c>) where it stands.</summary>
/// <param name="Hints">What the schema says of the field that refers.</param>
public sealed record ResourceReference(PropertyUri Uri, PropertyPath Path, HintTree Hints, bool IsOpaque);

/// <summary>Properties with every reference replaced by its value, or what stood in the way.</summary>
public sealed record Resolution(JsonElement Properties, IReadOnlyList<UnresolvedReference> Unresolved);

/// <param name="Reason">In words for people; holds no value.</param>
public sealed record UnresolvedReference(PropertyUri Uri, string Path, string Reason);

/// <summary>The forms a reference takes between the document, the plan, the plugin and the row.</summary>
public static partial class References
{
    /// <summary>Every stored reference, those embedded in text included.</summary>
    public static IReadOnlyList<ResourceReference> Enumerate(JsonElement? properties, HintTree hints)
    {
        if (!Mentioned(properties, "\"$ref\""u8))
            return [];
        var found = new List<ResourceReference>();
        Visit(properties!.Value, hints, null, found);
        return found;
    }

    /// <summary>
    /// Document form to stored form: <c>$res</c>, and a <c>$ref</c> that a person wrote, become a <c>$ref</c> to an identity and keep what they say of visibility,
    /// strategy and <c>$json</c>.
    /// </summary>
    /// <param name="ksuidOf">The identity a reference points at; null leaves it as it is (the caller notes what is missing).</param>
    /// <param name="isSecret">Whether a secret is pointed at; the reference is marked as one then, whatever it says itself.</param>
    public static JsonElement ToStored(JsonElement properties, Func<JsonElement, PropertyPath?, PropertyUri?> ksuidOf, Func<PropertyUri, bool>? isSecret = null)
    {
        if (!Mentioned(properties, "\"$res\""u8) && !JsonText.Mentions(properties, "\"$ref\""u8))
            return properties;
        return JsonText.Rewrite(properties, HintTree.None, (value, _, path, writer) =>
        {
            if (IsDeclared(value))
            {
                Stored(value, path).WriteTo(writer);
                return true;
            }

            if (!TryTemplate(value, out var text))
                return false;
            WriteEmbedded(value, text.Rewrite(span => IsDeclared(span) ? Stored(span, path) : span), writer);
            return true;
        });

        static bool IsDeclared(JsonElement value) => Envelope.IsSource(value) || Envelope.IsReference(value);

        JsonElement Stored(JsonElement source, PropertyPath? path) =>
            ksuidOf(source, path) is not { } uri ? source : JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString(Envelope.Reference, uri.ToString());
                var isOpaque = isSecret?.Invoke(uri) ?? false;
                if (isOpaque)
                    writer.WriteString(Envelope.Visibility, Envelope.Opaque);
                foreach (var key in (ReadOnlySpan<string>)[Envelope.Visibility, Envelope.Strategy, Envelope.Json])
                {
                    if (source.TryGetProperty(key, out var said) && !(isOpaque && key == Envelope.Visibility))
                    {
                        writer.WritePropertyName(key);
                        said.WriteTo(writer);
                    }
                }

                writer.WriteEndObject();
            });
    }

    /// <summary>Stored form to document form, for what goes out: <c>$ref</c> becomes <c>$res</c> with the last value beside it, unless it is a secret.</summary>
    /// <param name="keyOf">The name of the resource behind a KSUID; null leaves the reference as it is.</param>
    public static JsonElement ToSource(JsonElement properties, Func<string, ResourceKey?> keyOf)
    {
        if (!Mentioned(properties, "\"$ref\""u8))
            return properties;
        return JsonText.Rewrite(properties, HintTree.None, (value, _, _, writer) =>
        {
            if (Envelope.IsReference(value))
            {
                Source(value).WriteTo(writer);
                return true;
            }

            if (!TryTemplate(value, out var text))
                return false;
            WriteEmbedded(value, text.Rewrite(span => Envelope.IsReference(span) ? Source(span) : span), writer);
            return true;
        });

        JsonElement Source(JsonElement reference)
        {
            if (!PropertyUri.TryParse(reference.GetProperty(Envelope.Reference).GetString(), out var uri) || keyOf(uri.Ksuid) is not { } key)
                return reference;
            return JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean(Envelope.Source, true);
                writer.WriteString(Envelope.Label, key.Label);
                writer.WriteString(Envelope.Type, key.Type);
                writer.WriteString(Envelope.Stack, key.Stack);
                writer.WriteString(Envelope.Property, uri.Path);
                foreach (var property in reference.EnumerateObject())
                {
                    var isKept = property.Name is Envelope.Visibility or Envelope.Strategy or Envelope.Json or Envelope.Hashed
                        || (property.Name == Envelope.Value && (!Envelope.IsOpaque(reference) || Envelope.IsHashed(reference)));
                    if (isKept)
                        property.WriteTo(writer);
                }

                writer.WriteEndObject();
            });
        }
    }

    /// <summary>What a plugin gets: references become their values, envelopes what they hold; sealed secrets stay sealed, and a hash, which is no value, becomes <c>{"$opaque":"preserved"}</c>.</summary>
    public static Resolution Resolve(JsonElement properties, Func<PropertyUri, JsonElement?> values)
    {
        var unresolved = new List<UnresolvedReference>();
        if (!Mentioned(properties, "\"$"u8))
            return new Resolution(properties, unresolved);
        var plain = JsonText.Rewrite(properties, HintTree.None, (value, _, path, writer) =>
        {
            if (Envelope.IsReference(value))
                WritePlain(Value(value, path), writer);
            else if (TryTemplate(value, out var text))
                writer.WriteStringValue(text.Substitute(span => PlainText(Envelope.IsValue(span) ? span.GetProperty(Envelope.Value) : Value(span, path))));
            else if (Envelope.IsValue(value) || Envelope.IsSealed(value))
                WritePlain(value, writer);
            else
                return false;
            return true;
        });
        return new Resolution(plain, unresolved);

        JsonElement Value(JsonElement reference, PropertyPath? path)
        {
            if (!TryResolve(reference, values, out var value, out var uri, out var reason))
                unresolved.Add(new UnresolvedReference(uri, path?.ToString() ?? "", reason));
            return value;
        }
    }

    private static bool TryResolve(JsonElement reference, Func<PropertyUri, JsonElement?> values, out JsonElement value, out PropertyUri uri, out string reason)
    {
        value = default;
        reason = "";
        var text = reference.TryGetProperty(Envelope.Reference, out var written) ? written.GetString() : null;
        if (!PropertyUri.TryParse(text, out uri))
        {
            reason = $"'{text}' is no reference to a resource";
            return false;
        }

        if (values(uri) is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } found)
        {
            reason = $"the resource has no property '{uri.Path}'";
            return false;
        }

        value = found;
        if (!reference.TryGetProperty(Envelope.Json, out var path) || path.GetString() is not { Length: > 0 } expression)
            return true;

        // Only the plugin's operator opens a secret: it takes the part out when it has done so.
        if (Envelope.IsSealed(found))
        {
            value = JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                foreach (var property in found.EnumerateObject())
                    property.WriteTo(writer);
                writer.WriteString(Envelope.Json, expression);
                writer.WriteEndObject();
            });
            return true;
        }

        if (found.ValueKind != JsonValueKind.String)
        {
            reason = $"'{uri.Path}' is no text that '{expression}' could be taken from";
            return false;
        }

        return JsonExtraction.TryExtract(found.GetString()!, expression, out value, out reason);
    }

    private static void WritePlain(JsonElement value, Utf8JsonWriter writer)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else if (Envelope.IsHashed(value))
            SecretValues.WriteWithheld(Envelope.Preserved, writer);
        else if (Envelope.IsValue(value))
            WritePlain(value.GetProperty(Envelope.Value), writer);
        else if (Envelope.IsSealed(value))
            WriteSealed(value, writer);
        else
            value.WriteTo(writer);
    }

    // A strategy beside the seal is the row's business, not the plugin's.
    private static void WriteSealed(JsonElement value, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name is Envelope.Sealed or Envelope.Digest or Envelope.Json)
                property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static string PlainText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static void Visit(JsonElement value, HintTree hints, PropertyPath? path, List<ResourceReference> found)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when Envelope.IsReference(value):
                Add(value);
                break;
            case JsonValueKind.Object when TryTemplate(value, out var text):
                foreach (var span in text.References.Where(Envelope.IsReference))
                    Add(span);
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                    Visit(property.Value, hints.Child(property.Name), PropertyPath.Of(path, property.Name), found);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var element in value.EnumerateArray())
                    Visit(element, hints, PropertyPath.Of(path, index++), found);
                break;
        }

        void Add(JsonElement reference)
        {
            if (path is not null && PropertyUri.TryParse(reference.GetProperty(Envelope.Reference).GetString(), out var uri))
                found.Add(new ResourceReference(uri, path, hints, hints.Hint.Opaque || Envelope.IsOpaque(reference)));
        }
    }

    /// <summary>Whether a template could hold it is not seen from outside, so a template counts as a yes.</summary>
    private static bool Mentioned(JsonElement? properties, ReadOnlySpan<byte> key) =>
        JsonText.Mentions(properties, key) || JsonText.Mentions(properties, "\"$template\""u8);

    private static bool TryTemplate(JsonElement value, out EmbeddedText text)
    {
        text = null!;
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Embed, out _)
            && value.TryGetProperty(Envelope.Template, out var template) && template.ValueKind == JsonValueKind.String
            && EmbeddedText.TryParse(template.GetString()!, out text);
    }

    private static void WriteEmbedded(JsonElement envelope, string template, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var property in envelope.EnumerateObject())
        {
            // What was made of it belongs to the row: a document says the template.
            if (property.Name == Envelope.Template)
                writer.WriteString(Envelope.Template, template);
            else if (property.Name != Envelope.Value)
                property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
