using System.Text.Json;
using Formae.Model;

namespace Formae.Sdk.Conformance;

/// <summary>Holds what a plugin returns against the schemas that it has announced.</summary>
internal static class SchemaHolding
{
    /// <summary>The first value that is not declared, or declared as something else, in words; null when all are.</summary>
    public static string? Undeclared(JsonElement properties, AnnouncedShape type)
    {
        if (type.JsonSchema is { ValueKind: JsonValueKind.Object } schema)
            return In(properties, schema, schema, "");

        // Without a JSON Schema nothing is known of outputs but that they are no fields.
        return type.Schema.Identifier is { Length: > 0 } && type.Schema.Fields.Count == 0 ? "the schema has neither fields nor a JSON Schema" : null;
    }

    private static string? In(JsonElement value, JsonElement schema, JsonElement root, string path)
    {
        schema = Resolved(schema, root);
        if (schema.ValueKind != JsonValueKind.Object || value.ValueKind == JsonValueKind.Null || Envelope.IsEnvelope(value))
            return null;
        if (!IsOf(value, schema))
            return $"'{path}' is {value.ValueKind.ToString().ToLowerInvariant()}, declared as {schema.GetProperty("type").GetRawText()}";
        return value.ValueKind switch
        {
            JsonValueKind.Object => InObject(value, schema, root, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().Select((item, index) => In(item, items, root, $"{path}[{index}]")).FirstOrDefault(found => found is not null),
            _ => null,
        };
    }

    private static string? InObject(JsonElement value, JsonElement schema, JsonElement root, string path)
    {
        var hasMore = schema.TryGetProperty("additionalProperties", out var more);
        var hasNames = schema.TryGetProperty("properties", out var names);
        if (!hasNames && !hasMore)
            return null;
        foreach (var property in value.EnumerateObject())
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (hasNames && names.TryGetProperty(property.Name, out var declared))
            {
                if (In(property.Value, declared, root, at) is { } found)
                    return found;
            }
            else if (!hasMore || more.ValueKind == JsonValueKind.False)
            {
                return $"'{at}' is not";
            }
            else if (In(property.Value, more, root, at) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static JsonElement Resolved(JsonElement schema, JsonElement root)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("$ref", out var reference) || reference.GetString() is not { } pointer || !pointer.StartsWith('#'))
            return schema;
        var found = root;
        foreach (var step in pointer[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return default;
        }

        return found;
    }

    private static bool IsOf(JsonElement value, JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var declared))
            return true;
        var types = declared.ValueKind == JsonValueKind.Array ? declared.EnumerateArray().Select(type => type.GetString()) : [declared.GetString()];
        return types.Any(type => type switch
        {
            "string" => value.ValueKind == JsonValueKind.String,
            "integer" or "number" => value.ValueKind == JsonValueKind.Number || (value.ValueKind == JsonValueKind.String && declared.ValueKind == JsonValueKind.Array),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "array" => value.ValueKind == JsonValueKind.Array,
            "object" => value.ValueKind == JsonValueKind.Object,
            _ => false,
        });
    }
}
