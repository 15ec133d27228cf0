using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Protocol.Http;

/// <summary>The versions that a resource had, newest first.</summary>
public sealed record ResourceHistory
{
    public IReadOnlyList<HistoricVersion> Versions { get; init; } = [];

    /// <summary>Where the next page begins (<c>continuation</c>); absent after the last one.</summary>
    public string? Next { get; init; }
}

/// <summary>One version of a resource. Of a command that is not stored any more, or is a synchronisation that has not ended, only the id is known.</summary>
public sealed record HistoricVersion
{
    public string Version { get; init; } = "";

    public DateTimeOffset Time { get; init; }

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>; a delete has no properties.</summary>
    public string Operation { get; init; } = "";

    public string CommandId { get; init; } = "";

    [JsonPropertyName("Command")]
    public string? Kind { get; init; }

    public string? Mode { get; init; }

    public string? Source { get; init; }

    public string? Client { get; init; }

    public string Ksuid { get; init; } = "";

    public string Stack { get; init; } = "";

    public string Type { get; init; } = "";

    public string Label { get; init; } = "";

    public string? Target { get; init; }

    [JsonPropertyName("NativeID")]
    public string? NativeId { get; init; }

    /// <summary>Secrets as hashes, references by label.</summary>
    public JsonElement? Properties { get; init; }

    public JsonElement? ReadOnlyProperties { get; init; }
}

/// <summary>What was written to the resources of a stack, command by command, newest first.</summary>
public sealed record StackHistory
{
    public IReadOnlyList<StackChange> Changes { get; init; } = [];

    /// <summary>Where the next page begins (<c>continuation</c>); absent after the last one.</summary>
    public string? Next { get; init; }
}

/// <summary>What one command wrote to the resources of a stack.</summary>
public sealed record StackChange
{
    public string CommandId { get; init; } = "";

    /// <summary>Of the last thing it wrote.</summary>
    public DateTimeOffset Time { get; init; }

    [JsonPropertyName("Command")]
    public string? Kind { get; init; }

    public string? Mode { get; init; }

    public string? Source { get; init; }

    public string? Client { get; init; }

    public int Created { get; init; }

    public int Updated { get; init; }

    /// <summary>Deleted and created again by the same command.</summary>
    public int Replaced { get; init; }

    public int Deleted { get; init; }

    /// <summary>Which resources; only where one label was asked for.</summary>
    public IReadOnlyList<ChangedResource>? Resources { get; init; }
}

public sealed record ChangedResource
{
    public string Ksuid { get; init; } = "";

    public string Type { get; init; } = "";

    public string Label { get; init; } = "";

    public string Operation { get; init; } = "";

    public string Version { get; init; } = "";
}

/// <summary>What others did to a stack since it was last reconciled: the same that a rejected reconcile is answered with.</summary>
public sealed record StackDrift
{
    public IReadOnlyList<ModifiedResource> ModifiedResources { get; init; } = [];
}

public sealed record ModifiedResource
{
    public string Stack { get; init; } = "";

    public string Type { get; init; } = "";

    public string Label { get; init; } = "";

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Of an update: an RFC 6902 JSON patch.</summary>
    public JsonElement? PatchDocument { get; init; }

    public JsonElement? Properties { get; init; }

    public JsonElement? OldProperties { get; init; }
}
