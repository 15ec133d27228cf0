using Microsoft.DurableTask;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>How a run of an orchestration ended.</summary>
internal abstract record Outcome
{
    private Outcome()
    {
    }

    public sealed record Completed(string? Output) : Outcome;

    public sealed record Failed(TaskFailureDetails Failure) : Outcome;

    public sealed record Terminated(string? Output, bool Recursive) : Outcome;

    public sealed record ContinuedAsNew(string? Input, string? Version, bool PreserveEvents) : Outcome;
}

/// <summary>The code did not do on replay what history says it did.</summary>
internal sealed class NonDeterministicOrchestrationException(string instanceId, string expected, string found) : Exception(
    $"Non-deterministic orchestrator detected: instance '{instanceId}' was replayed and its history records {expected}, but the code gave {found}. The orchestrator's code was changed while the instance was running, or it uses a clock, random numbers, IO or threads.");
