using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>
/// Puts together what a schema's hints and a JSON Schema say of a type. The hints decide what is checked: which fields there are, their JSON types, what is required.
/// The JSON Schema adds what hints do not know.
/// </summary>
internal sealed class TypeShapeReader(string type, ResourceSchema schema, JsonElement? json)
{
    // Where a JSON Schema refers to what stands above, the shape ends: it would have no end otherwise.
    private readonly Stack<string> _above = new();

    public TypeShape Read()
    {
        var hints = HintTree.Of(schema);
        var known = Members(json ?? default);
        var names = schema.Fields.Count > 0 ? schema.Fields : [.. hints.Children.Keys.Union(known.Where(one => !IsOutput(one.Value)).Select(one => one.Key)).Order(StringComparer.Ordinal)];
        return new TypeShape
        {
            Type = type,
            Description = Text(json ?? default, "description"),
            IsClosed = schema.Fields.Count > 0,
            Fields = [.. names.Select(name => Field(name, hints.Child(name), known.GetValueOrDefault(name)))],
            Outputs = [.. known.Where(one => IsOutput(one.Value) && !names.Contains(one.Key)).Select(one => Field(one.Key, hints.Child(one.Key), one.Value))],
        };
    }

    private FieldShape Field(string name, HintTree hints, JsonElement known) => new() { Name = name, Hint = hints.Hint, Value = Value(hints, hints.Hint.Type, known) };

    private ValueShape Value(HintTree hints, string? hinted, JsonElement known)
    {
        var reference = Text(known, "$ref");
        var target = reference is null ? known : Resolve(reference);
        if (reference is not null)
        {
            if (_above.Contains(reference))
                return new ValueShape { Type = hinted ?? KindOf(target), Description = Text(known, "description") };
            _above.Push(reference);
        }

        var kind = hinted ?? KindOf(target);
        var shape = new ValueShape
        {
            Type = kind,
            Description = Text(known, "description") ?? Text(target, "description"),
            Choices = kind is null or "string" ? Choices(target) : null,
            Item = kind == "array" ? Value(hints, hints.Hint.ItemType, Part(target, "items")) : null,
            Members = kind == "object" ? MembersOf(hints, target) : null,
            Values = kind == "object" && hints.Children.Count == 0 && Part(target, "properties").ValueKind == JsonValueKind.Undefined ? ValuesOf(target) : null,
        };
        if (reference is not null)
            _above.Pop();
        return shape;
    }

    private List<FieldShape>? MembersOf(HintTree hints, JsonElement target)
    {
        var known = Members(target);
        var names = hints.Children.Keys.Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0 && known.Count == 0)
            return null;

        // In the order of the JSON Schema, which is that of the author.
        var ordered = known.Keys.Where(name => !IsOutput(known[name])).Concat(names.Where(name => !known.ContainsKey(name)));
        return [.. ordered.Select(name => Field(name, hints.Child(name), known.GetValueOrDefault(name)))];
    }

    private ValueShape? ValuesOf(JsonElement target) =>
        Part(target, "additionalProperties") is { ValueKind: JsonValueKind.Object } values ? Value(HintTree.None, null, values) : null;

    private JsonElement Resolve(string reference)
    {
        var current = json ?? default;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var key = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            current = current.ValueKind == JsonValueKind.Array && int.TryParse(key, out var index) && index < current.GetArrayLength() ? current[index] : Part(current, key);
        }

        return current;
    }

    private static OrderedDictionary<string, JsonElement> Members(JsonElement schema)
    {
        var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (Part(schema, "properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
                members[property.Name] = property.Value;
        }

        return members;
    }

    private static string? KindOf(JsonElement schema)
    {
        var type = Part(schema, "type");
        if (type.ValueKind == JsonValueKind.String)
            return type.GetString();
        if (type.ValueKind == JsonValueKind.Array)
        {
            var kinds = type.EnumerateArray().Select(kind => kind.GetString()).Where(kind => kind != "null").ToList();
            return kinds.Count == 1 ? kinds[0] : null;
        }

        return Choices(schema) is null ? null : "string";
    }

    private static List<string>? Choices(JsonElement schema)
    {
        if (Part(schema, "enum") is not { ValueKind: JsonValueKind.Array } choices)
            return null;
        var texts = choices.EnumerateArray().Where(choice => choice.ValueKind == JsonValueKind.String).Select(choice => choice.GetString()!).ToList();
        return texts.Count > 0 && choices.EnumerateArray().All(choice => choice.ValueKind is JsonValueKind.String or JsonValueKind.Null) ? texts : null;
    }

    private static bool IsOutput(JsonElement schema) => Part(schema, "readOnly").ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement schema, string name) => Part(schema, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement Part(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var part) ? part : default;
}
