using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Bus;

/// <summary>A plugin says that it is there, what it serves and through which queue it is reached: at its start and on a beat.</summary>
public sealed record PluginAnnouncement
{
    /// <summary>The oldest and newest contract it understands.</summary>
    public int MinContract { get; set; } = BusContract.Version;

    public int MaxContract { get; set; } = BusContract.Version;

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Version { get; init; }

    /// <summary>The oldest control plane that it works with, a semantic version; null is any.</summary>
    public string? MinFormaeVersion { get; init; }

    public string? Summary { get; init; }

    public string? Publisher { get; init; }

    public string? License { get; init; }

    /// <summary>The queue it takes requests from.</summary>
    public required string RequestQueue { get; init; }

    /// <summary>Calls a second over the whole namespace; 0 is no limit.</summary>
    public int MaxRequestsPerSecond { get; init; }

    public IReadOnlyList<AnnouncedType> ResourceTypes { get; set; } = [];

    /// <summary>What the config of its targets is like; null: it does not say, and nothing of a config is checked before the plugin sees it.</summary>
    public AnnouncedConfig? TargetConfig { get; init; }

    public int ProcessId { get; init; }

    public string NodeName { get; set; } = "";

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When this beat was sent.</summary>
    public DateTimeOffset SentAt { get; init; }
}

public sealed record AnnouncedType
{
    public required string Type { get; init; }

    public required ResourceSchema Schema { get; init; }

    /// <summary>JSON Schema of its properties, for editors.</summary>
    public JsonElement? JsonSchema { get; init; }

    public bool CanList { get; init; }
}

/// <summary>The config of a plugin's targets, in the words of a resource type's properties.</summary>
public sealed record AnnouncedConfig
{
    /// <summary>Every key that there is at the top; none: there may be others.</summary>
    public IReadOnlyList<string> Fields { get; set; } = [];

    /// <summary>By dotted path, as those of <see cref="ResourceSchema.Hints"/>.</summary>
    public IReadOnlyDictionary<string, FieldHint> Hints { get; set; } = new Dictionary<string, FieldHint>();

    /// <summary>JSON Schema of it, for editors.</summary>
    public JsonElement? JsonSchema { get; init; }

    /// <summary>The same as what a plan checks by.</summary>
    [JsonIgnore]
    public ResourceSchema Schema => field ??= new ResourceSchema { Fields = Fields, Hints = Hints };
}
