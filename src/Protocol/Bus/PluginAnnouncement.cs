using System.Text.Json;
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
