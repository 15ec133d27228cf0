namespace Formae.Embedded.DurableTask.Messages;

/// <summary>An orchestration to be created; whether it may be is known only inside the commit.</summary>
internal sealed class NewInstance
{
    public required string Id { get; init; }

    public required long Run { get; init; }

    public required string Name { get; init; }

    public string Version { get; init; } = "";

    public string? Input { get; init; }

    public long StartAt { get; init; }

    public required long CreatedAt { get; init; }

    public string? Tags { get; init; }

    public ParentTask? Parent { get; init; }

    /// <summary>The finished statuses in which an existing instance keeps its place; an unfinished one always does.</summary>
    public IReadOnlyCollection<int> KeptStatuses { get; init; } = [];

    /// <summary>Set inside the commit: the id is taken, nothing was created.</summary>
    public bool Refused { get; set; }
}

/// <summary>The task of another orchestration that waits for this one.</summary>
internal sealed record ParentTask(string InstanceId, string Name, long Run, int TaskId);
