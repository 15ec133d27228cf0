using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>The schema of the <c>Properties</c> of one resource type.</summary>
internal static class ResourceProperties
{
    public static JsonObject Of(TypeShape type)
    {
        var schema = Members(type.Fields);
        schema["title"] = type.Type;
        if (type.Description is { Length: > 0 } description)
            schema["description"] = description;
        schema["type"] = type.Fields.Any(field => field.IsRequired) ? "object" : Node.OrNull("object");
        if (type.IsClosed)
            schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Members(IReadOnlyList<FieldShape> fields)
    {
        var schema = new JsonObject { ["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create<string, JsonNode?>(field.Name, Field(field, fields)))) };
        if (fields.Any(field => field.IsRequired))
            schema["required"] = Node.Texts(fields.Where(field => field.IsRequired).Select(field => field.Name));
        AlternativeNotes.Refuse(schema, fields);
        return schema;
    }

    private static JsonObject Field(FieldShape field, IReadOnlyList<FieldShape> beside)
    {
        var schema = Value(field.Value, nullable: !field.IsRequired);
        if (Describe(field, beside) is { Length: > 0 } description)
            schema["description"] = description;
        if (field.Hint is { RequiredOnCreate: true } && field.Value.Type == "string")
            schema["minLength"] = 1;
        return schema;
    }

    private static JsonObject Value(ValueShape shape, bool nullable = true)
    {
        var schema = new JsonObject();
        if (shape.Description is { Length: > 0 } description)
            schema["description"] = description;
        switch (shape.Type)
        {
            case null:
                break;
            case "object":
                Node.OrPlaceholder(schema)["type"] = Types(nullable, "object", "string");
                if (shape.Members is { } members)
                    ValueForms.AllowBeside(schema, Part(members));
                else if (shape.Values is { } values)
                    ValueForms.AllowBeside(schema, new JsonObject { ["additionalProperties"] = Value(values) });
                break;
            case "array":
                Node.OrPlaceholder(schema)["type"] = Types(nullable, "array", "object", "string");
                if (shape.Item is { } item)
                    schema["items"] = Value(item);
                ValueForms.AllowIn(schema);
                break;
            case "string":
                schema["type"] = Types(nullable, "string", "object");
                ValueForms.AllowIn(schema);
                if (shape.Choices is { } choices)
                    schema["else"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["enum"] = nullable ? new JsonArray([.. choices.Select(choice => JsonValue.Create(choice)), null]) : Node.Texts(choices) }, Node.Placeholder()) };
                break;
            default:
                Node.OrPlaceholder(schema)["type"] = Types(nullable, shape.Type, "object", "string");
                ValueForms.AllowIn(schema);
                break;
        }

        return schema;
    }

    // A schema that gives the types of members lists all of them; one that does not lists only those with a behaviour.
    private static JsonObject Part(IReadOnlyList<FieldShape> members)
    {
        var part = Members(members);
        if (members.Any(member => member.Value.Type is not null))
            part["additionalProperties"] = false;
        return part;
    }

    private static JsonArray Types(bool nullable, params string[] types) => nullable ? Node.OrNull(types) : Node.Texts(types);

    private static string Describe(FieldShape field, IReadOnlyList<FieldShape> beside)
    {
        var notes = new List<string>();
        if (field.Value.Description is { Length: > 0 } description)
            notes.Add(description);
        if (AlternativeNotes.Of(field, beside) is { } alternatives)
            notes.Add(alternatives);
        if (field.Hint.CreateOnly)
            notes.Add("A change means a new object.");
        if (field.Hint.Opaque)
            notes.Add("A secret.");
        if (field.Hint.WriteOnly)
            notes.Add("Never read back.");
        if (field.Hint.HasProviderDefault)
            notes.Add("Left out: the provider decides.");
        if (field.Hint is { UpdateMethod: UpdateMethod.Set } or { UpdateMethod: UpdateMethod.EntitySet })
            notes.Add("The order means nothing.");
        return string.Join(' ', notes);
    }
}
