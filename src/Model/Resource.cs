using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>One cloud object, desired or live. Stack, type and label together name it; the KSUID is its identity for good.</summary>
public sealed record Resource
{
    /// <summary>Unique within stack and type.</summary>
    public string Label { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary><c>NAMESPACE::Service::Kind</c>; the first segment names the plugin, compared without regard to case.</summary>
    public string Type { get; init; } = "";

    public string Stack { get; init; } = "";

    public string Target { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResourceSchema? Schema { get; init; }

    /// <summary>Read-write fields: a JSON object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Properties { get; init; }

    /// <summary>What the plugin returned beyond the schema's fields: a JSON object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? ReadOnlyProperties { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? PatchDocument { get; init; }

    [JsonPropertyName("NativeID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NativeId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Managed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ksuid { get; init; }

    /// <summary>A label it had before: how a rename is told from a delete and a create.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Alias { get; init; }

    /// <summary>The stored version (a KSUID) a plan was made against; never on the wire.</summary>
    [JsonIgnore]
    public string? Version { get; init; }

    [JsonIgnore]
    public ResourceKey Key => new(Stack, Type, Label);

    /// <summary>The plugin namespace: what stands before the first <c>::</c>.</summary>
    [JsonIgnore]
    public string Namespace => NamespaceOf(Type);

    public static string NamespaceOf(string type)
    {
        var end = type.IndexOf("::", StringComparison.Ordinal);
        return end < 0 ? type : type[..end];
    }
}

/// <summary>The name a user knows a resource by. Labels and stacks are compared exactly, types without regard to case.</summary>
public readonly record struct ResourceKey(string Stack, string Type, string Label)
{
    public bool Equals(ResourceKey other) =>
        Stack == other.Stack && Label == other.Label && string.Equals(Type, other.Type, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Stack, Label, Type.GetHashCode(StringComparison.OrdinalIgnoreCase));

    public override string ToString() => $"{Stack}/{Type}/{Label}";
}
