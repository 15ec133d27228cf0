using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Secrets;

namespace Formae.Coordination.Secrets;

/// <summary>What to do with a secret that is found in the open.</summary>
internal enum Closing
{
    /// <summary>Nobody needs it any more: only its hash is kept.</summary>
    Hash,

    /// <summary>A call that has not happened yet needs it.</summary>
    Seal,
}

/// <summary>
/// Finds plain secrets in the JSON of a row and closes them. Goes by the names that all stored documents share (Properties, Config, Patch), not by the records that
/// write them today: the rows may be older than those.
/// </summary>
internal sealed class StoredSecrets(PluginCatalog catalog, SecretSeal seal)
{
    private readonly SecretSeal _seal = seal;

    /// <param name="document">A resource, a target, an update or a list of these.</param>
    /// <param name="type">The resource type, where the row says it in a column of its own.</param>
    /// <param name="closing">What becomes of a secret.</param>
    /// <returns>The text to be stored instead; null when nothing is in the open.</returns>
    public string? Close(string document, string? type, Closing closing)
    {
        var walk = new Walk(this, closing);
        var closed = JsonText.Write(writer => walk.Write(JsonText.Parse(document), type, writer));
        return walk.Found ? closed.GetRawText() : null;
    }

    private ResourceSchema? SchemaOf(string? type, JsonElement holder)
    {
        if (type is null)
            return null;
        var own = holder.TryGetProperty("Schema", out var schema) && schema.ValueKind == JsonValueKind.Object ? schema.Deserialize(StorageJson.Rows.ResourceSchema) : null;
        return catalog.SchemaOf(type) ?? KnownSecrets.Complete(type, own);
    }

    private sealed class Walk(StoredSecrets secrets, Closing closing)
    {
        public bool Found { get; private set; }

        public void Write(JsonElement value, string? type, Utf8JsonWriter writer)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    WriteObject(value, value.TryGetProperty("Type", out var own) && own.ValueKind == JsonValueKind.String ? own.GetString() : type, writer);
                    break;
                case JsonValueKind.Array:
                    writer.WriteStartArray();
                    foreach (var element in value.EnumerateArray())
                        Write(element, type, writer);
                    writer.WriteEndArray();
                    break;
                default:
                    value.WriteTo(writer);
                    break;
            }
        }

        private void WriteObject(JsonElement value, string? type, Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                switch (member.Name)
                {
                    case "Properties" or "ReadOnlyProperties":
                        Close(member.Value, secrets.SchemaOf(type, value)).WriteTo(writer);
                        break;
                    case "Config":
                        Close(member.Value, null).WriteTo(writer);
                        break;
                    case "Patch" or "CreateOnlyPatch" or "PatchDocument":
                        Redact(member.Value, PatchedBy(value, type)).WriteTo(writer);
                        break;
                    case "Resource" or "Existing" or "Target":
                        Write(member.Value, type, writer);
                        break;
                    default:
                        member.Value.WriteTo(writer);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        private ResourceSchema? PatchedBy(JsonElement update, string? type) =>
            update.TryGetProperty("Resource", out var resource) && resource.ValueKind == JsonValueKind.Object && resource.TryGetProperty("Type", out var named)
                ? secrets.SchemaOf(named.GetString(), resource)
                : secrets.SchemaOf(type, update);

        private JsonElement Close(JsonElement properties, ResourceSchema? schema)
        {
            if (!SecretValues.HoldsPlain(properties, HintTree.Of(schema)))
                return properties;
            Found = true;
            return closing == Closing.Hash ? SecretValues.Hashed(properties, schema) : secrets._seal.Close(properties, schema);
        }

        private JsonElement Redact(JsonElement patch, ResourceSchema? schema)
        {
            var redacted = SecretPatches.Redacted(patch, schema);
            Found |= patch.GetRawText() != redacted.GetRawText();
            return redacted;
        }
    }
}
