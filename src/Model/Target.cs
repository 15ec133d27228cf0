using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Model;

/// <summary>A place that a plugin works on: an account, a region, a folder. Its config is handed to the plugin with every call.</summary>
public sealed record Target
{
    public string Label { get; init; } = "";

    /// <summary>The namespace of the plugin that serves it, compared without regard to case.</summary>
    public string Namespace { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Config { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfigSchema? ConfigSchema { get; init; }

    public bool Discoverable { get; init; }

    /// <summary>Counts the stored updates, from 1; 0 in a document.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Version { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Reaping? Reaping { get; init; }
}

public sealed record ConfigSchema
{
    public IReadOnlyDictionary<string, ConfigHint> Hints { get; init; } = new Dictionary<string, ConfigHint>();
}

/// <summary>A config field without a hint cannot be changed in place.</summary>
public sealed record ConfigHint
{
    public bool CreateOnly { get; init; }
}

/// <summary>When a target that cannot be reached is given up: <c>never</c>, or <c>after</c> a number of seconds.</summary>
public sealed record Reaping
{
    /// <summary>The least <see cref="MaxUnreachableSeconds"/>: twice the longest pause between two looks that still counts as no answer. An hour.</summary>
    public const long MinimumSeconds = 3600;

    public string Kind { get; init; } = "never";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxUnreachableSeconds { get; init; }
}
