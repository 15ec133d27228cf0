using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>Where the operation of a resource stands.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Idle), "idle")]
[JsonDerivedType(typeof(Resolving), "resolving")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Done), "done")]
public abstract record OperationState
{
    private OperationState()
    {
    }

    /// <summary>What is being done, or was done last; null when nothing ever was.</summary>
    [JsonIgnore]
    public Operation? Current => this switch
    {
        Resolving resolving => resolving.Operation,
        Waiting waiting => waiting.Operation,
        Done done => done.Operation,
        _ => null,
    };

    /// <summary>Whether it is, or was last, this operation.</summary>
    public bool IsAbout(string commandId, string row) => Current is { } operation && operation.CommandId == commandId && operation.UpdateRow == row;

    /// <summary>Nothing was ever asked of this resource.</summary>
    public sealed record Idle : OperationState;

    /// <summary>Waits for the values it refers to.</summary>
    public sealed record Resolving(Operation Operation, IReadOnlyList<string> Missing, DateTimeOffset StartedAt, DateTimeOffset DueAt) : OperationState;

    /// <summary>A request is with the plugin, or scheduled for it.</summary>
    /// <param name="Operation">What is being done.</param>
    /// <param name="Attempt">From 1.</param>
    /// <param name="Sequence">The message whose report is waited for; reports of earlier ones change nothing.</param>
    /// <param name="Polls">Status polls since the last attempt began.</param>
    /// <param name="RequestId">Set while a long-running operation is polled.</param>
    /// <param name="NativeId">As far as the plugin has told it.</param>
    /// <param name="LastProblem">Of the previous attempt.</param>
    /// <param name="StartedAt">When the operation began.</param>
    /// <param name="DueAt">When the report should have come at the latest.</param>
    public sealed record Waiting(
        Operation Operation,
        int Attempt,
        int Sequence,
        int Polls,
        string? RequestId,
        string? NativeId,
        Problem? LastProblem,
        DateTimeOffset StartedAt,
        DateTimeOffset DueAt) : OperationState
    {
        /// <summary>What the plugin said of its progress last, as people have been told.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Told { get; init; }

        /// <summary>What may have come of the attempts before.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public Doubt Doubt { get; init; }

        /// <summary>How often a message was asked anew that had come to the plugin twice.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Repetitions { get; init; }
    }

    /// <summary>Final. Kept, so that a report that comes late or twice finds out that it does.</summary>
    public sealed record Done(Operation Operation, Outcome Outcome) : OperationState
    {
        /// <summary>A create that nobody waits for any more may still come to its end. It is asked about as before, so that what it makes does not get lost.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Waiting? Abandoned { get; init; }

        /// <summary>The native id under which a create that is told as a failure was recorded after all.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? RecordedLate { get; init; }

        /// <summary>The last message that was sent: one that follows has a name of its own.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int LastSequence { get; init; }
    }
}

/// <summary>How an operation ended, as the command's machine and the status rows need it.</summary>
public sealed record Outcome
{
    public required OutcomeState State { get; init; }

    public int Attempt { get; init; }

    public int MaxAttempts { get; init; }

    public string? NativeId { get; init; }

    public string? Error { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<OutcomeState>))]
public enum OutcomeState
{
    Success,
    Failed,

    /// <summary>The plan was stale: the cloud no longer held what it was made against.</summary>
    Rejected,
    Canceled,
}
