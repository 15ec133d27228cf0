using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Formae.Sdk;

/// <summary>Reads a JSON Schema (draft 2020-12) of a resource type's properties off its record: for editors, which complete and check by it.</summary>
public static class JsonSchemaGenerator
{
    /// <summary>The JSON Schema of the properties of <typeparamref name="T"/>; outputs are marked <c>readOnly</c>, secrets <c>writeOnly</c>.</summary>
    public static JsonElement Generate<T>() => Generate(typeof(T));

    /// <summary>The JSON Schema of the properties of a record type; outputs are marked <c>readOnly</c>, secrets <c>writeOnly</c>.</summary>
    public static JsonElement Generate(Type record)
    {
        var type = SchemaGenerator.TypeOf(record);
        var exported = Export(record, PropertyJson.Strict);
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = type.Name };
        if (record.GetCustomAttribute<DescriptionAttribute>() is { } description)
            schema["description"] = description.Text;
        foreach (var (key, value) in exported.ToArray())
        {
            if (!schema.ContainsKey(key))
                schema[key] = value?.DeepClone();
        }

        return JsonSerializer.SerializeToElement(schema);
    }

    /// <summary>The JSON Schema of a record that is read by the options, without a title.</summary>
    internal static JsonObject Export(Type record, JsonSerializerOptions options) =>
        options.GetJsonSchemaAsNode(record, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe }).AsObject();

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode node)
    {
        if (context.PropertyInfo?.AttributeProvider is not { } member || node is not JsonObject schema)
            return node;
        if (member.GetCustomAttributes(typeof(DescriptionAttribute), inherit: true) is [DescriptionAttribute description, ..])
            schema["description"] = description.Text;
        if (member.IsDefined(typeof(ReadOnlyAttribute), inherit: true))
            schema["readOnly"] = true;
        if (member.IsDefined(typeof(OpaqueAttribute), inherit: true) || member.IsDefined(typeof(WriteOnlyAttribute), inherit: true))
            schema["writeOnly"] = true;
        return schema;
    }
}
