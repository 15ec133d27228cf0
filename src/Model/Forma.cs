using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>A document of desired state. Every list may be empty; which ones are not says what the document is about.</summary>
public sealed record Forma
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Description? Description { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, FormaProperty>? Properties { get; init; }

    public IReadOnlyList<Stack> Stacks { get; init; } = [];

    public IReadOnlyList<Target> Targets { get; init; } = [];

    public IReadOnlyList<Resource> Resources { get; init; } = [];

    public IReadOnlyList<JsonElement> Policies { get; init; } = [];
}

/// <summary>What the document is for. <see cref="Confirm"/> makes the CLI demand an acknowledgement first.</summary>
public sealed record Description
{
    public string Text { get; init; } = "";

    public bool Confirm { get; init; }
}

/// <summary>A parameter of the document that the CLI offers as a flag.</summary>
public sealed record FormaProperty
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Default { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Value { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Flag { get; init; }

    /// <summary><c>String</c>, <c>Int</c>, <c>Float</c> or <c>Boolean</c>.</summary>
    public string Type { get; init; } = "String";
}
