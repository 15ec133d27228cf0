using System.Text.Json;

namespace Formae.Sdk.Testing;

/// <summary>An object of a type as the conformance kit makes and changes it.</summary>
public sealed record Sample
{
    /// <summary>The type's name.</summary>
    public required string Type { get; init; }

    /// <summary>What it is created with.</summary>
    public required JsonElement Properties { get; init; }

    /// <summary>What it is changed to in place; absent for a type of which nothing can be changed in place.</summary>
    public JsonElement? Changed { get; init; }

    /// <summary>A sample from JSON text.</summary>
    public static Sample Of(string type, string properties, string? changed = null) =>
        new() { Type = type, Properties = JsonElement.Parse(properties), Changed = changed is null ? null : JsonElement.Parse(changed) };

    /// <inheritdoc/>
    public override string ToString() => Type;
}
