using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>What can happen to an operation. The time is always part of it.</summary>
public abstract record OperationEvent(DateTimeOffset At)
{
    /// <summary>The command wants it done. <paramref name="References"/> are the producers whose values must be fetched first.</summary>
    public sealed record Begun(DateTimeOffset At, Operation Operation, IReadOnlyList<string> References) : OperationEvent(At);

    /// <summary>The update cannot be begun as it is stored: its row or its references are unusable.</summary>
    public sealed record Unusable(DateTimeOffset At, Operation Operation, string Reason) : OperationEvent(At);

    /// <summary>The request that was to be sent could not be made: a reference has no value, or no plugin takes it.</summary>
    public sealed record NotSent(DateTimeOffset At, string CommandId, string Row, string Reason) : OperationEvent(At);

    public sealed record ReferenceResolved(DateTimeOffset At, string CommandId, string Producer) : OperationEvent(At);

    public sealed record ReferenceFailed(DateTimeOffset At, string CommandId, string Producer, string Reason) : OperationEvent(At);

    public sealed record Reported(DateTimeOffset At, Report Report) : OperationEvent(At);

    /// <summary>The command looks whether the operation is overdue.</summary>
    public sealed record Checked(DateTimeOffset At, string CommandId, string Row) : OperationEvent(At)
    {
        /// <summary>The plugin has been heard of lately: it may be slow, but it is there.</summary>
        public bool PluginIsAlive { get; init; }
    }

    /// <summary>The command was canceled by force, and its rows are settled: nothing is announced any more.</summary>
    public sealed record Canceled(DateTimeOffset At, string CommandId, string Row) : OperationEvent(At);

    /// <summary>The time has come that a <see cref="OperationEffect.Remind"/> named.</summary>
    public sealed record Reminded(DateTimeOffset At, string CommandId, string Row) : OperationEvent(At)
    {
        /// <summary>The plugin has been heard of lately; of one that is away nothing is asked.</summary>
        public bool PluginIsAlive { get; init; }
    }
}

/// <summary>A plugin's report, reduced to what decisions need.</summary>
public sealed record Report
{
    public required string CommandId { get; init; }

    /// <summary>Row of the update.</summary>
    public required string Row { get; init; }

    public required OperationKind Kind { get; init; }

    public required bool IsPoll { get; init; }

    public required int Sequence { get; init; }

    public required ReportStatus Status { get; init; }

    public string? NativeId { get; init; }

    public string? RequestId { get; init; }

    public Problem? Problem { get; init; }

    public string? Message { get; init; }

    /// <summary>The call itself failed (it ran out of time, or the handler broke), so this says nothing about the operation; otherwise it is the operation's own outcome.</summary>
    public bool CallFailed { get; init; }

    /// <summary>Of a success: what was learned of the object is not known, and <see cref="Problem"/> says why.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Of a failure: the plugin has done nothing, since the message had come before. It is to be asked anew.</summary>
    public bool IsUnserved { get; init; }
}

public enum ReportStatus
{
    Success,
    Failure,
    InProgress,
    Drifted,
}
