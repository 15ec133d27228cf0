using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// References to producers that are replaced. Nobody declares them differently, and yet what was written for them is no longer true, so they are written again.
/// </summary>
internal static class Rewriting
{
    private const string Marker = "$cascade-resolvable";
    private const string SourceLabel = "$source-label";
    private const string CurrentValue = "$current-value";

    /// <summary>From the stored to the desired state of an update, with the references to <paramref name="producers"/> as differences.</summary>
    public static PropertyDiff Diff(JsonElement? stored, JsonElement? desired, ResourceSchema? schema, IReadOnlyCollection<string> producers) =>
        PropertyDiff.Between(producers.Count == 0 ? stored : Detached(stored, producers), desired, schema, DiffMode.Exact);

    /// <summary>A patch for eyes: what is written again says where it comes from and what it is now; the new value is known once the new producer exists.</summary>
    /// <param name="patch">With references as such.</param>
    /// <param name="stored">The stored properties.</param>
    /// <param name="producers">KSUID → label.</param>
    public static JsonElement Preview(JsonElement patch, JsonElement? stored, IReadOnlyDictionary<string, string> producers)
    {
        var before = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        Visit(stored, (reference, uri) => before.TryAdd(Identity(reference), reference));
        return JsonText.Rewrite(patch, HintTree.None, (value, _, _, writer) =>
        {
            if (SourceOf(value, producers) is not { } source)
                return false;
            var isReference = Envelope.IsReference(value);
            if (isReference && !before.ContainsKey(Identity(value)))
                return false;
            writer.WriteStartObject();
            writer.WriteBoolean(Marker, true);
            writer.WriteString(SourceLabel, source);
            if (isReference && before[Identity(value)] is var last && last.TryGetProperty(Envelope.Value, out var current))
            {
                writer.WritePropertyName(CurrentValue);
                if (SecretValues.IsSecret(last, HintTree.None))
                    SecretValues.WriteWithheld(Envelope.Redacted, writer);
                else
                    current.WriteTo(writer);
            }

            writer.WriteEndObject();
            return true;
        });
    }

    /// <summary>
    /// With references to these producers as the plain value that was written for them, and of a secret its hash: neither is equal to the reference, whatever it
    /// leads to now.
    /// </summary>
    public static JsonElement? Detached(JsonElement? stored, IReadOnlyCollection<string> producers) =>
        stored is not { } present ? null : JsonText.Rewrite(present, HintTree.None, (value, _, _, writer) =>
        {
            if (Envelope.IsReference(value) && producers.Contains(KsuidOf(value)))
                WriteLast(value, writer);
            else if (Embedded(value).Any(span => producers.Contains(KsuidOf(span))))
                writer.WriteStringValue("");
            else
                return false;
            return true;
        });

    private static void WriteLast(JsonElement reference, Utf8JsonWriter writer)
    {
        if (!reference.TryGetProperty(Envelope.Value, out var last))
        {
            writer.WriteNullValue();
        }
        else if (Envelope.IsHashed(reference))
        {
            writer.WriteStartObject();
            writer.WritePropertyName(Envelope.Value);
            last.WriteTo(writer);
            writer.WriteString(Envelope.Visibility, Envelope.Opaque);
            writer.WriteBoolean(Envelope.Hashed, true);
            writer.WriteEndObject();
        }
        else
        {
            last.WriteTo(writer);
        }
    }

    private static string? SourceOf(JsonElement value, IReadOnlyDictionary<string, string> producers)
    {
        if (Envelope.IsReference(value))
            return producers.GetValueOrDefault(KsuidOf(value));
        return Embedded(value).Select(span => producers.GetValueOrDefault(KsuidOf(span))).FirstOrDefault(label => label is not null);
    }

    private static void Visit(JsonElement? properties, Action<JsonElement, PropertyUri> found)
    {
        if (!JsonText.Mentions(properties, "\"$ref\""u8))
            return;
        JsonText.Rewrite(properties!.Value, HintTree.None, (value, _, _, _) =>
        {
            if (Envelope.IsReference(value) && PropertyUri.TryParse(value.GetProperty(Envelope.Reference).GetString(), out var uri))
                found(value, uri);
            return false;
        });
    }

    private static IEnumerable<JsonElement> Embedded(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Template, out var template) && template.ValueKind == JsonValueKind.String
            && EmbeddedText.TryParse(template.GetString()!, out var text)
            ? text.References.Where(Envelope.IsReference)
            : [];

    private static string KsuidOf(JsonElement reference) => PropertyUri.TryParse(reference.GetProperty(Envelope.Reference).GetString(), out var uri) ? uri.Ksuid : "";

    private static string Identity(JsonElement reference) =>
        $"{reference.GetProperty(Envelope.Reference).GetString()} {(reference.TryGetProperty(Envelope.Json, out var path) ? path.GetString() : "")}";
}
