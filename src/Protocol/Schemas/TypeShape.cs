using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>What the properties of a resource type look like, for those who write them: editors and Pkl.</summary>
public sealed record TypeShape
{
    /// <summary><c>NAMESPACE::Service::Kind</c>, as the plugin spells it; of the config of targets, the namespace alone.</summary>
    public required string Type { get; init; }

    public string? Description { get; init; }

    /// <summary>What can be written.</summary>
    public IReadOnlyList<FieldShape> Fields { get; init; } = [];

    /// <summary>What only the plugin sets; it may be referred to.</summary>
    public IReadOnlyList<FieldShape> Outputs { get; init; } = [];

    /// <summary>The schema lists every field, so that another one is a mistake.</summary>
    public bool IsClosed { get; init; }

    public string Namespace => Resource.NamespaceOf(Type);

    /// <param name="type">The type's name.</param>
    /// <param name="schema">How its fields behave.</param>
    /// <param name="json">JSON Schema of its properties, when the plugin has one: it knows descriptions, choices, maps and outputs.</param>
    public static TypeShape Of(string type, ResourceSchema schema, JsonElement? json = null) => new TypeShapeReader(type, schema, json).Read();
}

public sealed record FieldShape
{
    public required string Name { get; init; }

    public required ValueShape Value { get; init; }

    public FieldHint Hint { get; init; } = new();

    /// <summary>A create without it is refused.</summary>
    public bool IsRequired => Hint.RequiredOnCreate || Hint is { Required: true, HasProviderDefault: false };
}

public sealed record ValueShape
{
    /// <summary>Anything may stand here.</summary>
    public static ValueShape Any { get; } = new();

    /// <summary>The JSON type; null when it is not known.</summary>
    public string? Type { get; init; }

    public string? Description { get; init; }

    /// <summary>The texts that there are to choose from.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Of an array: its elements.</summary>
    public ValueShape? Item { get; init; }

    /// <summary>Of an object that is a map: its values.</summary>
    public ValueShape? Values { get; init; }

    /// <summary>Of an object whose members are known.</summary>
    public IReadOnlyList<FieldShape>? Members { get; init; }
}
