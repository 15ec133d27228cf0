using System.Text.Json;

namespace Formae.Embedded.DurableTask;

/// <summary>Where a task hub lives and how much of it runs at once.</summary>
internal sealed class TaskHubOptions
{
    /// <summary>The folder of the hub's file and lock.</summary>
    public required string Directory { get; init; }

    /// <summary>The hub's name, and its file's. Default: Formae.</summary>
    public string HubName { get; init; } = "Formae";

    /// <summary>Activities running at once. Default: 32.</summary>
    public int MaxConcurrentActivities { get; init; } = 32;

    /// <summary>Orchestration episodes computed or being committed at once. Default: 32.</summary>
    public int MaxConcurrentOrchestrations { get; init; } = 32;

    /// <summary>Entities with a batch running at once. Default: 64.</summary>
    public int MaxConcurrentEntities { get; init; } = 64;

    /// <summary>Replay the whole history before every episode, as a host without a cache would. Default: off.</summary>
    public bool ReplayEveryEpisode { get; init; }

    /// <summary>Suspended orchestrations kept alive in memory; the longest idle one is replayed when it is needed again. Default: 10,000.</summary>
    public int InstanceCacheSize { get; init; } = 10_000;

    /// <summary>Entity states kept in memory. Default: 20,000.</summary>
    public int EntityCacheSize { get; init; } = 4_000;

    /// <summary>Flush to the disk at every commit, so that a power failure loses nothing either. Default: off.</summary>
    public bool FlushEachCommit { get; init; }

    /// <summary>How values become text. Default: System.Text.Json, names without policy, read without regard to case.</summary>
    public JsonSerializerOptions Json { get; init; } = new() { PropertyNameCaseInsensitive = true };

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        ArgumentException.ThrowIfNullOrEmpty(HubName);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrentActivities);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrentOrchestrations);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrentEntities);
        ArgumentOutOfRangeException.ThrowIfNegative(InstanceCacheSize);
        ArgumentOutOfRangeException.ThrowIfNegative(EntityCacheSize);
    }
}
