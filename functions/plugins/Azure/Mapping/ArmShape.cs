using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Mapping;

/// <summary>Where the properties of a record stand in the object that Azure knows. Works on JSON: a value is carried as it is.</summary>
internal sealed class ArmShape
{
    private static readonly ConcurrentDictionary<Type, ArmShape> Shapes = new();

    private readonly List<Field> _fields = [];

    public static ArmShape Of(Type record) => Shapes.GetOrAdd(record, static type => new ArmShape(type, isTop: true));

    private ArmShape(Type record, bool isTop)
    {
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var place = property.GetCustomAttribute<ArmAttribute>();
            if (property.GetIndexParameters().Length > 0 || !property.CanWrite || place is null && isTop)
                continue;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var element = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
            var nested = element ?? type;
            var isRecord = nested.Assembly == record.Assembly && nested.IsClass;
            _fields.Add(new Field(
                property.Name,
                (place?.Path ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Split('.'),
                IsOutput: property.IsDefined(typeof(ReadOnlyAttribute)),
                IsCreateOnly: property.IsDefined(typeof(CreateOnlyAttribute)),
                IsUnread: property.IsDefined(typeof(WriteOnlyAttribute)),
                IsLoose: place?.IsLoose == true,
                isRecord ? new ArmShape(nested, isTop: false) : null));
        }
    }

    /// <summary>What Azure is sent.</summary>
    /// <param name="properties">The record's.</param>
    /// <param name="forPatch">Without what cannot be changed.</param>
    public JsonObject Write(JsonObject properties, bool forPatch = false)
    {
        var written = new JsonObject();
        foreach (var field in _fields)
        {
            if (field.IsOutput || forPatch && field.IsCreateOnly || properties[field.Name] is not { } value)
                continue;
            var place = written;
            foreach (var step in field.Path[..^1])
            {
                if (place[step] is not JsonObject inner)
                    place[step] = inner = [];
                place = inner;
            }

            place[field.Path[^1]] = field.Nested is { } shape ? Each(value, one => shape.Write(one, forPatch)) : value.DeepClone();
        }

        return written;
    }

    /// <summary>What the record says of what Azure shows.</summary>
    /// <param name="live">What Azure shows.</param>
    /// <param name="known">The record as the document has it; where Azure only spells it in another way, it stays.</param>
    public JsonObject Read(JsonObject live, JsonObject? known)
    {
        var read = new JsonObject();
        foreach (var field in _fields)
        {
            JsonNode? value = live;
            foreach (var step in field.Path)
                value = value is JsonObject inner ? inner[step] : null;
            if (value is null || field.IsUnread)
                continue;
            var before = known?[field.Name];
            read[field.Name] = field.Nested is { } shape ? ReadNested(shape, value, before)
                : field.IsLoose && before is JsonValue said && IsSameText(said, value) ? said.DeepClone()
                : value.DeepClone();
        }

        return read;
    }

    /// <summary>Whether two texts are one but for case and spaces, as <c>West Europe</c> and <c>westeurope</c>.</summary>
    public static bool IsSameText(JsonNode left, JsonNode right) =>
        left.GetValueKind() == JsonValueKind.String && right.GetValueKind() == JsonValueKind.String
        && Plain((string)left!).Equals(Plain((string)right!), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string text) => text.Replace(" ", "", StringComparison.Ordinal);

    private static JsonNode? ReadNested(ArmShape shape, JsonNode value, JsonNode? before)
    {
        if (value is not JsonArray list)
            return Each(value, one => shape.Read(one, before as JsonObject));
        var places = before is JsonArray known && known.Count == list.Count ? known : null;
        return new JsonArray([.. list.Select((one, index) => one is JsonObject element ? shape.Read(element, places?[index] as JsonObject) : one?.DeepClone())]);
    }

    private static JsonNode? Each(JsonNode value, Func<JsonObject, JsonObject> map) => value switch
    {
        JsonObject one => map(one),
        JsonArray list => new JsonArray([.. list.Select(element => element is JsonObject one ? map(one) : element?.DeepClone())]),
        _ => value.DeepClone(),
    };

    private sealed record Field(string Name, string[] Path, bool IsOutput, bool IsCreateOnly, bool IsUnread, bool IsLoose, ArmShape? Nested);
}
