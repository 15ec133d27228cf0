using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Sdk;

/// <summary>Compares what the cloud holds with what a plan was made against, as the planner does.</summary>
/// <param name="schema">Says which fields count, and how.</param>
/// <param name="secrets">What is a secret, whether the schema says so or only this call.</param>
internal sealed class Drift(ResourceSchema schema, SecretPaths secrets)
{
    /// <summary>Whether the cloud still holds what was stored.</summary>
    public bool Holds(JsonElement expected, JsonElement found) => PropertyComparison.Equal(Hashed(found), Hashed(expected), schema);

    /// <summary>Whether the cloud holds what is wanted; what it adds by itself does not count.</summary>
    public bool Fulfills(JsonElement desired, JsonElement found) => PropertyComparison.Fulfills(Hashed(found), Hashed(desired), schema);

    /// <summary>Whether the cloud holds what the update makes of the stored state: each field as it is wanted, or as it was where nothing is wanted of it.</summary>
    public bool Reached(JsonElement desired, JsonElement expected, JsonElement found)
    {
        var after = new JsonObject();
        foreach (var field in schema.Fields)
        {
            var value = Of(desired, field) is { } wanted && !CanonicalText.IsEmpty(wanted) ? wanted
                : Of(found, field) is { } live && !CanonicalText.IsEmpty(live) ? Of(expected, field)
                : null;
            if (value is { } kept)
                after[field] = JsonNode.Parse(kept.GetRawText());
        }

        return PropertyComparison.Fulfills(Hashed(found), Hashed(JsonSerializer.SerializeToElement(after)), schema);
    }

    private static JsonElement? Of(JsonElement properties, string field) => properties.TryGetProperty(field, out var value) ? value : null;

    // A value that is a secret by its envelope alone is no secret to the comparison, which goes by the schema. Elements of a collection that holds one are all
    // taken for one on both sides, for there is no telling which of them it was.
    private JsonElement Hashed(JsonElement properties) => secrets.Replace(properties, static (writer, secret) =>
    {
        if (Envelope.IsEnvelope(secret))
        {
            secret.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString(Envelope.Value, SecretValues.Digest(secret));
        writer.WriteString(Envelope.Visibility, Envelope.Opaque);
        writer.WriteBoolean(Envelope.Hashed, true);
        writer.WriteEndObject();
    });
}
