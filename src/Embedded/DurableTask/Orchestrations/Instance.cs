using Formae.Embedded.DurableTask.Messages;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>An orchestration instance that has not ended. Its members belong to whoever works on it.</summary>
internal sealed class Instance(string id, string name, ParentTask? parent) : Inbox(id)
{
    public string Name { get; } = name;

    public ParentTask? Parent { get; } = parent;

    public required string Version { get; set; }

    /// <summary>Which run: a new one for each continue-as-new, so that answers to an earlier one are known as such.</summary>
    public required long Run { get; set; }

    public required OrchestrationRuntimeStatus Status { get; set; }

    /// <summary>Whether the current run has history.</summary>
    public bool IsStarted { get; set; }

    /// <summary>The living code; null when it must be replayed first.</summary>
    public OrchestrationExecution? Live { get; set; }

    /// <summary>Episodes in the history; known when the code lives.</summary>
    public int Episodes { get; set; }

    /// <summary>The timers of the current run that have not been seen yet, by task.</summary>
    public Dictionary<int, Message> Timers { get; } = [];

    public int FailedCommits { get; set; }
}
