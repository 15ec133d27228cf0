using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Formae.Protocol.Schemas;

/// <summary>The few forms of which the schema of a document is made.</summary>
internal static class Node
{
    /// <summary><c>${kind:body}</c> and nothing else.</summary>
    public const string PlaceholderPattern = @"^\$\{[a-z]+:[^}]+\}$";

    public static JsonObject Reference(string definition, string? description = null)
    {
        var node = new JsonObject { ["$ref"] = $"#/$defs/{definition.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}" };
        if (description is not null)
            node["description"] = description;
        return node;
    }

    public static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = OrNull("string") };

    public static JsonObject Flag(string description) => OrPlaceholder(new JsonObject { ["description"] = description, ["type"] = OrNull("boolean", "string") });

    public static JsonObject Whole(string description) => OrPlaceholder(new JsonObject { ["description"] = description, ["type"] = OrNull("integer", "string") });

    public static JsonObject OneOf(string description, params string[] choices) => new()
    {
        ["description"] = description,
        ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice)), null]) }, Placeholder()),
    };

    /// <summary>A text that stands for something else as a whole, such as <c>${property:size}</c>: it may be of any type in the end.</summary>
    public static JsonObject Placeholder() => OrPlaceholder(new JsonObject { ["type"] = "string" });

    /// <summary>A text here, where none is expected, is a placeholder.</summary>
    public static JsonObject OrPlaceholder(JsonObject schema)
    {
        schema["pattern"] = PlaceholderPattern;
        schema["patternErrorMessage"] = "A text may stand here only as a placeholder, such as ${property:NAME}.";
        return schema;
    }

    public static JsonObject List(string definition, string description) => new()
    {
        ["description"] = description,
        ["type"] = OrNull("array"),
        ["items"] = Reference(definition),
    };

    public static JsonObject Object(string description, bool nullable, (string Name, JsonObject Schema)[] members) => new()
    {
        ["description"] = description,
        ["type"] = nullable ? OrNull("object") : "object",
        ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
        ["additionalProperties"] = Ignored(),
    };

    /// <summary>A key that the server ignores with a warning. The annotation is that of the language services of editors, which show it as a warning; a validator lets it pass.</summary>
    public static JsonObject Ignored() => new() { ["deprecationMessage"] = "This key means nothing here and is ignored. Keys are case-sensitive." };

    public static JsonObject WhereTypeIs(string type) => Where("Type", type);

    /// <summary>Where a key has this value, a member is as a definition says.</summary>
    public static JsonObject Where(string key, string value, string member, string definition, bool isRequired)
    {
        var then = new JsonObject { ["properties"] = new JsonObject { [member] = Reference(definition) } };
        if (isRequired)
            then["required"] = new JsonArray(member);
        return new JsonObject { ["if"] = Where(key, value), ["then"] = then };
    }

    public static JsonArray OrNull(params string[] types) => new([.. types.Select(type => JsonValue.Create(type)), JsonValue.Create("null")]);

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonObject Where(string key, string value) => new()
    {
        ["properties"] = new JsonObject { [key] = new JsonObject { ["const"] = value } },
        ["required"] = new JsonArray(key),
    };
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class SchemaJson : JsonSerializerContext
{
    public static SchemaJson Readable => field ??= new(new JsonSerializerOptions
    {
        WriteIndented = true,
        NewLine = "\n",
        MaxDepth = 512,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
