using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Http;

public sealed record ResourceSummary
{
    public string Label { get; init; } = "";

    public string Stack { get; init; } = "";

    public string Type { get; init; } = "";

    [JsonPropertyName("NativeID")]
    public string? NativeId { get; init; }

    public string? Ksuid { get; init; }
}

/// <summary>What the control plane holds and does, in numbers.</summary>
public sealed record Stats
{
    public string Version { get; init; } = "";

    public string AgentId { get; init; } = "";

    public int Clients { get; init; }

    /// <summary>Commands by name.</summary>
    public IReadOnlyDictionary<string, int> Commands { get; init; } = new Dictionary<string, int>();

    /// <summary>Commands by state.</summary>
    public IReadOnlyDictionary<string, int> States { get; init; } = new Dictionary<string, int>();

    public int Stacks { get; init; }

    /// <summary>Managed resources by namespace.</summary>
    public IReadOnlyDictionary<string, int> Resources { get; init; } = new Dictionary<string, int>();

    public IReadOnlyDictionary<string, int> UnmanagedResources { get; init; } = new Dictionary<string, int>();

    /// <summary>Targets by namespace.</summary>
    public IReadOnlyDictionary<string, int> Targets { get; init; } = new Dictionary<string, int>();

    public IReadOnlyDictionary<string, int> ResourceTypes { get; init; } = new Dictionary<string, int>();

    public IReadOnlyList<PluginStats> Plugins { get; init; } = [];

    /// <summary>Dead letters by reason, at most 200 of each queue; absent where the bus cannot be asked.</summary>
    public IReadOnlyDictionary<string, int>? DeadLetters { get; init; }

    /// <summary>Targets that cannot be reached and will be given up.</summary>
    public int ReapPendingTargets { get; init; }

    /// <summary>Targets that were given up; neither they nor what is on them is counted elsewhere.</summary>
    public int ReapedTargets { get; init; }
}

public sealed record PluginStats
{
    public string Namespace { get; init; } = "";

    public string Version { get; init; } = "";

    public string NodeName { get; init; } = "";

    public int MaxRequestsPerSecond { get; init; }

    /// <summary>Managed resources of its namespace.</summary>
    public int ResourceCount { get; init; }

    /// <summary>The types that it can list, so that what exists already is found.</summary>
    public IReadOnlyList<string> ResourceTypesToDiscover { get; init; } = [];
}

/// <summary>A policy, whether it has a label of its own or was written into a stack.</summary>
public sealed record PolicyInventoryItem
{
    public string Label { get; init; } = "";

    public string Type { get; init; } = "";

    /// <summary>What the policy says, without type and label.</summary>
    public JsonElement? Config { get; init; }

    /// <summary>The stacks that it holds for.</summary>
    public IReadOnlyList<string> AttachedStacks { get; init; } = [];
}

public sealed record PluginList
{
    [JsonPropertyName("plugins")]
    public IReadOnlyList<Plugin> Plugins { get; init; } = [];
}

public sealed record PluginAnswer
{
    [JsonPropertyName("plugin")]
    public Plugin Plugin { get; init; } = new();
}

/// <summary>A plugin of the catalog. Keys are in lower camel case, as in the original.</summary>
public sealed record Plugin
{
    [JsonPropertyName("name")]
    public string Name { get; init; } = "";

    [JsonPropertyName("type")]
    public string Type { get; init; } = "resource";

    [JsonPropertyName("namespace")]
    public string? Namespace { get; init; }

    [JsonPropertyName("category")]
    public string? Category { get; init; }

    [JsonPropertyName("summary")]
    public string? Summary { get; init; }

    [JsonPropertyName("publisher")]
    public string? Publisher { get; init; }

    [JsonPropertyName("license")]
    public string? License { get; init; }

    [JsonPropertyName("installedVersion")]
    public string? InstalledVersion { get; init; }

    /// <summary><c>active</c> while it is heard of, <c>silent</c> when its beat stopped, <c>disabled</c> by a setting, <c>refused</c> when this control plane cannot work with it.</summary>
    [JsonPropertyName("loadStatus")]
    public string? LoadStatus { get; init; }

    /// <summary>Why it is refused or disabled, and what follows; of an active one, what a development build does not hold against it.</summary>
    [JsonPropertyName("loadReason")]
    public string? LoadReason { get; init; }

    /// <summary>Calls a second that it announces; 0 is no limit.</summary>
    [JsonPropertyName("maxRequestsPerSecond")]
    public int? MaxRequestsPerSecond { get; init; }

    /// <summary>Calls a second that it gets now: what it announces, what a setting says, or less while its cloud throttles; 0 is no limit.</summary>
    [JsonPropertyName("currentRequestsPerSecond")]
    public double? CurrentRequestsPerSecond { get; init; }

    /// <summary>Why that is not what it announces.</summary>
    [JsonPropertyName("rateReason")]
    public string? RateReason { get; init; }

    [JsonPropertyName("lastBeat")]
    public DateTimeOffset? LastBeat { get; init; }

    /// <summary>When a call last ended well.</summary>
    [JsonPropertyName("lastSuccess")]
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>When one last did not.</summary>
    [JsonPropertyName("lastFailure")]
    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>The code of that failure.</summary>
    [JsonPropertyName("lastProblem")]
    public string? LastProblem { get; init; }

    /// <summary>The share of the calls of the last five to ten minutes that failed, 0 to 1; absent when there were none.</summary>
    [JsonPropertyName("errorRate")]
    public double? ErrorRate { get; init; }

    /// <summary>Requests that are due and not done, counted up to 100; only where one plugin is asked for.</summary>
    [JsonPropertyName("queueDepth")]
    public int? QueueDepth { get; init; }

    /// <summary>Since when the first of them waits.</summary>
    [JsonPropertyName("oldestRequest")]
    public DateTimeOffset? OldestRequest { get; init; }

    [JsonPropertyName("processId")]
    public int? ProcessId { get; init; }

    /// <summary>The resource types it serves.</summary>
    [JsonPropertyName("resourceTypes")]
    public IReadOnlyList<string>? ResourceTypes { get; init; }

    /// <summary>The keys of its targets' config, which are checked at planning; absent where it does not announce what such a config is like.</summary>
    [JsonPropertyName("targetConfig")]
    public IReadOnlyList<string>? TargetConfig { get; init; }

    /// <summary>Schema by resource type; only where one plugin is asked for.</summary>
    [JsonPropertyName("schemas")]
    public IReadOnlyDictionary<string, ResourceSchema>? Schemas { get; init; }

    [JsonPropertyName("metadata")]
    public JsonElement? Metadata { get; init; }
}
