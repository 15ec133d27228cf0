using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

/// <summary>Makes types and pairs of properties that are often nearly alike: few names, few values, and one side made from the other half of the time.</summary>
internal sealed class DiffCases(System.Random random)
{
    public DiffCase Next(int size)
    {
        var fields = Fields(size, depth: 0, prefix: "");
        var actual = Object(fields, isStored: true);
        var desired = random.Next(2) == 0 ? Object(fields, isStored: false) : Near(actual, fields);
        if (random.Next(4) == 0)
            desired["Foreign"] = "x";
        return new DiffCase(fields, actual, desired);
    }

    /// <summary>The same in another order and spelling: what must make no difference.</summary>
    public JsonObject Respelled(JsonObject value, IReadOnlyList<Field> fields)
    {
        var members = value.ToArray();
        random.Shuffle(members);
        var other = new JsonObject();
        foreach (var (name, child) in members)
            other[name] = Respelled(child, fields.FirstOrDefault(field => field.Name == name));
        return other;
    }

    private JsonNode? Respelled(JsonNode? value, Field? field)
    {
        switch (value)
        {
            case JsonObject child when !child.ContainsKey("$value"):
                return Respelled(child, field?.Fields ?? []);
            case JsonArray elements:
                var others = elements.Select(element => element is JsonObject one && !one.ContainsKey("$value") ? Respelled(one, field?.Fields ?? []) : element?.DeepClone()).ToList();
                if (field?.Kind is FieldKind.List or FieldKind.Set && others.Count > 0 && random.Next(2) == 0)
                    others.Add(others[random.Next(others.Count)]?.DeepClone());
                var shuffled = others.ToArray();
                if (field?.Kind != FieldKind.Array)
                    random.Shuffle(shuffled);
                return new JsonArray(shuffled);
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                return JsonNode.Parse(random.Next(2) == 0 || number.ToJsonString().Contains('.', StringComparison.Ordinal) ? number.ToJsonString() : number.ToJsonString() + ".0");
            default:
                return value?.DeepClone();
        }
    }

    private List<Field> Fields(int count, int depth, string prefix)
    {
        var fields = new List<Field>();
        for (var i = 0; i < count; i++)
        {
            var kind = (FieldKind)random.Next(depth < 2 ? 9 : 3);
            var below = kind switch
            {
                FieldKind.Object or FieldKind.Atomic => Fields(random.Next(1, 4), depth + 1, prefix + "o"),
                FieldKind.Entities => [new Field("K", FieldKind.Scalar, new FieldHint(), []), .. Fields(random.Next(0, 3), depth + 1, prefix + "e")],
                FieldKind.List or FieldKind.Set or FieldKind.Array when random.Next(2) == 0 => Fields(random.Next(1, 3), depth + 1, prefix + "l"),
                _ => [],
            };
            fields.Add(new Field($"{(char)('A' + i)}", kind, Flags(), below));
        }

        return fields;
    }

    private FieldHint Flags() => new()
    {
        CreateOnly = random.Next(8) == 0,
        WriteOnly = random.Next(10) == 0,
        RequiredOnUpdate = random.Next(8) == 0,
        HasProviderDefault = random.Next(5) == 0,
    };

    private JsonObject Object(IReadOnlyList<Field> fields, bool isStored)
    {
        var value = new JsonObject();
        foreach (var field in fields)
        {
            if (field.Name == "K")
                value["K"] = "k" + random.Next(3);
            else if (random.Next(4) > 0)
                value[field.Name] = Value(field, isStored);
        }

        return value;
    }

    private JsonNode? Value(Field field, bool isStored)
    {
        if (random.Next(12) == 0)
            return Odd();
        switch (field.Kind)
        {
            case FieldKind.Scalar:
                return Scalar();
            case FieldKind.JsonText:
                return random.Next(4) switch { 0 => """{"a":1,"b":[2]}""", 1 => """{ "b":[2], "a":1 }""", 2 => """{"a":2}""", _ => "[]" };
            case FieldKind.Secret:
                return Secret(isStored);
            case FieldKind.Object or FieldKind.Atomic:
                return Object(field.Fields, isStored);
            case FieldKind.Entities:
                var keys = new[] { "k0", "k1", "k2" };
                random.Shuffle(keys);
                return new JsonArray([.. keys.Take(random.Next(4)).Select(key => Entity(key, field, isStored))]);
            default:
                return new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => field.Fields.Count > 0 ? (JsonNode?)Object(field.Fields, isStored) : Scalar())]);
        }
    }

    private JsonObject Entity(string key, Field field, bool isStored)
    {
        var entity = Object(field.Fields, isStored);
        entity["K"] = key;
        return entity;
    }

    // Of another type than the field has, or nothing at all.
    private JsonNode? Odd() => random.Next(5) switch { 0 => null, 1 => new JsonArray(), 2 => new JsonObject(), 3 => "", _ => JsonValue.Create(true) };

    private JsonValue Scalar() => random.Next(5) switch { 0 => JsonValue.Create(0), 1 => JsonValue.Create(1), 2 => JsonValue.Create("a"), 3 => JsonValue.Create("b"), _ => JsonValue.Create(true) };

    private JsonNode Secret(bool isStored)
    {
        var plain = DiffCase.PlainSecret + random.Next(2);
        if (isStored)
            return new JsonObject { ["$value"] = SecretValues.Digest(JsonElement.Parse($"\"{plain}\"")), ["$visibility"] = "Opaque", ["$hashed"] = true };
        return random.Next(2) == 0 ? JsonValue.Create(plain) : new JsonObject { ["$value"] = plain, ["$visibility"] = "Opaque" };
    }

    /// <summary>What is stored, said again with a few changes.</summary>
    private JsonObject Near(JsonObject actual, IReadOnlyList<Field> fields)
    {
        var near = Respelled(actual, fields);
        Disturb(near, fields);
        return near;
    }

    private void Disturb(JsonObject value, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields)
        {
            if (field.Name == "K")
                continue;
            if (random.Next(5) == 0)
                value[field.Name] = Value(field, isStored: false);
            else if (random.Next(6) == 0)
                value.Remove(field.Name);
            else if (value[field.Name] is JsonObject child && field.Kind == FieldKind.Secret)
                value[field.Name] = random.Next(2) == 0 ? child.DeepClone() : Secret(isStored: false);
            else if (value[field.Name] is JsonObject below)
                Disturb(below, field.Fields);
            else if (value[field.Name] is JsonArray elements && field.IsList)
                DisturbElements(elements, field);
        }
    }

    private void DisturbElements(JsonArray elements, Field field)
    {
        if (elements.Count > 0 && random.Next(3) == 0)
            elements.RemoveAt(random.Next(elements.Count));
        foreach (var element in elements.OfType<JsonObject>())
            Disturb(element, field.Fields);
        if (field.Kind != FieldKind.Entities && random.Next(3) == 0)
            elements.Insert(random.Next(elements.Count + 1), field.Fields.Count > 0 ? Object(field.Fields, isStored: false) : Scalar());
    }
}
