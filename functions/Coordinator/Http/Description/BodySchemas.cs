using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Formae.Protocol.Http;

namespace Formae.Coordinator.Http.Description;

/// <summary>JSON Schemas of bodies, as the API's own serializer writes them: each of our types once, under its name, and referred to elsewhere.</summary>
internal sealed class BodySchemas(XmlComments comments)
{
    private const string Prefix = "#/components/schemas/";

    private readonly SortedDictionary<string, (Type Type, JsonNode? Schema)> _components = new(StringComparer.Ordinal);
    private readonly Queue<Type> _open = new();

    /// <summary>The schema to put where a body of this type is meant.</summary>
    public JsonNode Of(Type type)
    {
        var schema = IsComponent(type) ? Refer(type) : Export(type);
        while (_open.TryDequeue(out var next))
            _components[next.Name] = (next, Export(next));
        return schema;
    }

    /// <summary>Every type that was met.</summary>
    public JsonObject Components() => new(_components.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Schema)));

    private JsonNode Export(Type type) => JsonSchemaExporter.GetJsonSchemaAsNode(
        HttpJson.Readable.Options.GetTypeInfo(type), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (context.PropertyInfo is null && context.Path.Length == 0 && schema is JsonObject whole && context.TypeInfo.Kind == JsonTypeInfoKind.Object)
            return Complete(context.TypeInfo, whole);
        var node = IsComponent(type) ? Refer(type) : schema as JsonObject ?? [];
        WithoutNull(node);

        // In the schemas of version 3.1 a reference may have a description beside it.
        if (context.PropertyInfo?.AttributeProvider is MemberInfo member && comments.Find(member) is { } comment)
            node["description"] = comment;
        if (context.PropertyInfo is { Name: "error" } property && property.DeclaringType == typeof(ErrorResponse))
            node["enum"] = new JsonArray([.. CodesOf(typeof(ErrorCodes)).Select(code => JsonValue.Create(code))]);
        return node;
    }

    private JsonObject Complete(JsonTypeInfo type, JsonObject schema)
    {
        WithoutNull(schema);
        if (comments.Find(type.Type) is { } comment)
            schema.Insert(0, "description", comment);

        // Documents are read as well as written, and leave out whatever they like; answers always hold what is never null.
        if (type.Type.Namespace == typeof(ErrorResponse).Namespace)
        {
            var always = type.Properties
                .Where(property => !property.IsGetNullable && property.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), inherit: true) != true)
                .Select(property => (JsonNode)property.Name).ToArray();
            schema.Remove("required");
            if (always.Length > 0)
                schema["required"] = new JsonArray(always);
        }

        return schema;
    }

    private JsonObject Refer(Type type)
    {
        if (!_components.TryGetValue(type.Name, out var known))
        {
            _components[type.Name] = (type, null);
            _open.Enqueue(type);
        }
        else if (known.Type != type)
        {
            throw new InvalidOperationException($"{type} and {known.Type} would have one name in the description of the API.");
        }

        return new JsonObject { ["$ref"] = Prefix + type.Name };
    }

    /// <summary>What is null is left out, so nothing that is there is null.</summary>
    private static void WithoutNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types && types.Select(type => type!.GetValue<string>()).Where(type => type != "null").ToArray() is [var only])
            schema["type"] = only;
        if (schema["enum"] is JsonArray values && values.FirstOrDefault(value => value is null) is null)
            values.RemoveAll(value => value is null);
    }

    private static bool IsComponent(Type type) => type is { IsClass: true, IsGenericType: false, Namespace: "Formae.Model" or "Formae.Protocol.Http" };

    /// <summary>Every code that a class of constants holds.</summary>
    public static IEnumerable<string> CodesOf(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);
}
