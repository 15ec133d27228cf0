using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>What is known of a resource type: its fields, and how each of them behaves.</summary>
public sealed record ResourceSchema
{
    /// <summary>The property whose value is the native id.</summary>
    public string Identifier { get; set; } = "";

    /// <summary>Top-level read-write fields; whatever else a plugin returns is read-only.</summary>
    public IReadOnlyList<string> Fields { get; set; } = [];

    /// <summary>Behaviour by dotted path without indexes: <c>A.B</c> is property B in object A, or in each element of array A.</summary>
    public IReadOnlyDictionary<string, FieldHint> Hints { get; set; } = new Dictionary<string, FieldHint>();

    public bool Discoverable { get; set; } = true;

    public bool Extractable { get; set; } = true;

    /// <summary>May be created anew on another target config.</summary>
    public bool Portable { get; init; }

    public string Parent { get; set; } = "";

    public IReadOnlyList<ParentMapping>? ParentMappings { get; init; }

    /// <summary>What whoever uses the type should know, such as that nothing of it is checked beforehand: a warning in each plan.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Notice { get; init; }
}

public sealed record ParentMapping
{
    [JsonPropertyName("parentProperty")]
    public string ParentProperty { get; set; } = "";

    [JsonPropertyName("childProperty")]
    public string ChildProperty { get; set; } = "";
}

/// <summary>How one field behaves. Everything is off by default.</summary>
public sealed record FieldHint
{
    /// <summary>A change means replace: delete and create.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CreateOnly { get; init; }

    /// <summary>Never returned by a read; the last written value is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WriteOnly { get; init; }

    /// <summary>A read without it is not stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Required { get; init; }

    /// <summary>A create without it is refused at planning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RequiredOnCreate { get; init; }

    /// <summary>Sent again in every update.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RequiredOnUpdate { get; init; }

    /// <summary>The provider fills it in when it is left out; leaving it out is no request to remove it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasProviderDefault { get; init; }

    /// <summary>A secret: stored as its hash, never shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Opaque { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EdgeKind EdgeKind { get; init; }

    /// <summary>An older spelling of <see cref="Model.EdgeKind.AttachesTo"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AttachesTo { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UpdateMethod UpdateMethod { get; init; }

    /// <summary>The field that tells elements of an entity set apart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IndexField { get; init; }

    /// <summary><c>json</c>: the string holds a JSON document and is compared as one. Empty: plain text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Format { get; init; }

    /// <summary>The JSON type of the value, when it is known: <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>array</c> or <c>object</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>The JSON type of each element, for an array whose element type is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ItemType { get; init; }

    /// <summary>The group of alternatives that it belongs to, among the fields beside it: only one of a group can be there. What is declared of a group drops what is stored of the others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OneOf { get; init; }

    /// <summary>It can be there only while another field has a certain value. Where another value is declared, what is stored of this one is dropped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FieldCondition? OnlyWhen { get; init; }
}

/// <summary>A field and the value that it must have for another one to be there.</summary>
public sealed record FieldCondition
{
    /// <summary>A path as those of <see cref="ResourceSchema.Hints"/>: of a field beside the one that has the condition, or of an object around it.</summary>
    public string Field { get; init; } = "";

    /// <summary>The text; of a number or a boolean, what JSON writes for it.</summary>
    public string Value { get; init; } = "";
}

/// <summary>Which way a reference in a field orders the two resources.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EdgeKind>))]
public enum EdgeKind
{
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>The attachment outlives what it is attached to: deletes run the other way round.</summary>
    [JsonStringEnumMemberName("attachesTo")]
    AttachesTo,

    /// <summary>Waits for the producer's contained children too.</summary>
    [JsonStringEnumMemberName("runtimeDependency")]
    RuntimeDependency,
}

/// <summary>What equality and change mean for a collection.</summary>
[JsonConverter(typeof(UpdateMethodConverter))]
public enum UpdateMethod
{
    /// <summary>Written as the empty text.</summary>
    None,
    Array,
    Set,
    EntitySet,
    Atomic,
}

/// <summary>The serializer's own converter refuses the empty name, which is what no method is called.</summary>
public sealed class UpdateMethodConverter : JsonConverter<UpdateMethod>
{
    public override UpdateMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("An update method is a text.");
        if (text.Length == 0)
            return UpdateMethod.None;
        return Enum.TryParse<UpdateMethod>(text, out var method) && method.ToString() == text
            ? method
            : throw new JsonException($"There is no update method '{text}'; there are Array, Set, EntitySet and Atomic.");
    }

    public override void Write(Utf8JsonWriter writer, UpdateMethod value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == UpdateMethod.None ? "" : value.ToString());
}
