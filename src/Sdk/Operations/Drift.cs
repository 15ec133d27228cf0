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

    /// <summary>
    /// Whether the cloud holds what an update leaves behind that came half the way: of each field, and of each member and each keyed element of one, either what was stored or what is wanted, or nothing where the two differ.
    /// </summary>
    /// <param name="desired">What is wanted.</param>
    /// <param name="expected">What was stored.</param>
    /// <param name="found">What the cloud holds, in the words of what was stored.</param>
    /// <param name="foundAsWanted">The same in the words of what is wanted.</param>
    public bool IsOnTheWay(JsonElement desired, JsonElement expected, JsonElement found, JsonElement foundAsWanted)
    {
        var (wanted, before, live, asWanted) = (Hashed(desired), Hashed(expected), Hashed(found), Hashed(foundAsWanted));
        var hints = HintTree.Of(schema);
        return schema.Fields.All(field => HalfWay.Holds(Of(wanted, field), Of(before, field), Of(live, field), Of(asWanted, field), hints.Child(field)));
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
