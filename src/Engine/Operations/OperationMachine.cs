using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>
/// The life of one operation: resolve, send, poll, retry, end. Pure and total: every state takes every event.
/// An event that does not fit its state (late, repeated, of another command) changes nothing and does nothing, with these exceptions:
/// a repeated beginning of what is already done, and a look at it, announce the outcome again; and what a create has made is stored, however late it is heard of.
/// </summary>
public static partial class OperationMachine
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(500);
    private static readonly OperationEffect[] Nothing = [];

    public static (OperationState State, IReadOnlyList<OperationEffect> Effects) Apply(OperationState state, OperationEvent happened) => happened switch
    {
        OperationEvent.Begun begun => Begin(state, begun),
        OperationEvent.Unusable unusable => Refuse(state, unusable),
        OperationEvent.NotSent notSent => GiveUp(state, notSent),
        OperationEvent.ReferenceResolved resolved => Resolve(state, resolved),
        OperationEvent.ReferenceFailed failed => FailReference(state, failed),
        OperationEvent.Reported reported => Hear(state, reported),
        OperationEvent.Checked check => Miss(state, check),
        OperationEvent.Canceled canceled => Cancel(state, canceled),
        OperationEvent.Reminded reminded => Remind(state, reminded),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "An event that this machine does not know."),
    };

    private static (OperationState, IReadOnlyList<OperationEffect>) Begin(OperationState state, OperationEvent.Begun begun)
    {
        if (Repeats(state, begun.Operation) is { } repeated)
            return repeated;
        return begun.References.Count > 0
            ? (new OperationState.Resolving(begun.Operation, begun.References, begun.At, DueAt: begun.At + ReadingPatience(begun.Operation.Retry)), [new OperationEffect.Ask(begun.References)])
            : First(begun.Operation, begun.At, begun.At);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Refuse(OperationState state, OperationEvent.Unusable unusable) =>
        Repeats(state, unusable.Operation) ?? End(unusable.Operation, new Outcome
        {
            State = OutcomeState.Failed,
            Error = unusable.Reason,
            StartedAt = unusable.At,
            FinishedAt = unusable.At,
        });

    /// <summary>What cannot be sent cannot go on. Where it was a poll, the cloud goes on all the same.</summary>
    private static (OperationState, IReadOnlyList<OperationEffect>) GiveUp(OperationState state, OperationEvent.NotSent notSent)
    {
        if (state is not OperationState.Waiting waiting || !state.IsAbout(notSent.CommandId, notSent.Row))
            return (state, Nothing);
        var outcome = OutcomeOf(waiting, OutcomeState.Failed, notSent.At, notSent.Reason);
        return waiting.RequestId is null ? End(waiting.Operation, outcome, waiting.Sequence) : GiveUp(waiting, outcome);
    }

    /// <summary>
    /// A beginning that was delivered twice: nothing while it runs, the outcome once more when it is done. The delete of a replace that comes again
    /// after the create has begun is nothing either: it would delete what was just made.
    /// </summary>
    private static (OperationState, IReadOnlyList<OperationEffect>)? Repeats(OperationState state, Operation operation) => state switch
    {
        OperationState.Resolving s when IsSame(s.Operation, operation) => (state, Nothing),
        OperationState.Waiting s when IsSame(s.Operation, operation) => (state, Nothing),
        OperationState.Done s when IsSame(s.Operation, operation) => (state, [new OperationEffect.Announce(s.Outcome)]),
        _ when state.Current is { Kind: OperationKind.Create } create && create.CommandId == operation.CommandId && operation.Kind == OperationKind.Delete => (state, Nothing),
        _ => null,
    };

    private static bool IsSame(Operation left, Operation right) => left.CommandId == right.CommandId && left.UpdateRow == right.UpdateRow;

    private static (OperationState, IReadOnlyList<OperationEffect>) First(Operation operation, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var waiting = new OperationState.Waiting(operation, Attempt: 1, Sequence: 1, Polls: 0, RequestId: null, NativeId: null, LastProblem: null, startedAt, DueAt: now);
        return Request(waiting, operation.StartAt > now ? operation.StartAt : now);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Resolve(OperationState state, OperationEvent.ReferenceResolved resolved)
    {
        if (state is not OperationState.Resolving resolving || resolving.Operation.CommandId != resolved.CommandId || !resolving.Missing.Contains(resolved.Producer))
            return (state, Nothing);
        var missing = resolving.Missing.Where(producer => producer != resolved.Producer).ToArray();
        return missing.Length > 0 ? (resolving with { Missing = missing }, Nothing) : First(resolving.Operation, resolving.StartedAt, resolved.At);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) FailReference(OperationState state, OperationEvent.ReferenceFailed failed)
    {
        if (state is not OperationState.Resolving resolving || resolving.Operation.CommandId != failed.CommandId || !resolving.Missing.Contains(failed.Producer))
            return (state, Nothing);
        return End(resolving.Operation, new Outcome
        {
            State = OutcomeState.Failed,
            Error = failed.Reason,
            StartedAt = resolving.StartedAt,
            FinishedAt = failed.At,
        });
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Miss(OperationState state, OperationEvent.Checked check) => state switch
    {
        // To ask once more how it stands does no harm; to begin it once more may.
        OperationState.Waiting { RequestId: not null } polling when polling.IsAbout(check.CommandId, check.Row) && check.PluginIsAlive && check.At >= polling.DueAt
            && polling.Attempt <= polling.Operation.Retry.MaxAttempts => PollAgain(polling, new Problem { Code = ProblemCodes.ServiceTimeout, Message = "A poll was not answered." }, check.At),

        OperationState.Waiting waiting when waiting.IsAbout(check.CommandId, check.Row) && IsMissing(waiting, check) => GiveUp(waiting, OutcomeOf(
            waiting,
            OutcomeState.Failed,
            check.At,
            $"{ProblemCodes.ServiceTimeout}: the plugin gave no answer in time (attempt {waiting.Attempt}). Whether the cloud carried the operation out is not known; a late success is still recorded.{(waiting.LastProblem is { } before ? $" The attempt before failed with {TextOf(before)}" : "")}")),
        OperationState.Resolving resolving when resolving.IsAbout(check.CommandId, check.Row) && check.At >= resolving.DueAt => End(resolving.Operation, new Outcome
        {
            State = OutcomeState.Failed,
            Error = $"The values of {resolving.Missing.Count} referenced resource(s) could not be read in time.",
            StartedAt = resolving.StartedAt,
            FinishedAt = check.At,
        }),

        // Asked once more: the question, the read or the answer may have been lost.
        OperationState.Resolving resolving when resolving.IsAbout(check.CommandId, check.Row) => (state, [new OperationEffect.Ask(resolving.Missing)]),

        // The command would not ask if it had heard of the end.
        OperationState.Done done when done.IsAbout(check.CommandId, check.Row) => (state, [new OperationEffect.Announce(done.Outcome)]),
        _ => (state, Nothing),
    };

    private static bool IsMissing(OperationState.Waiting waiting, OperationEvent.Checked check) =>
        check.At >= waiting.DueAt + (check.PluginIsAlive ? waiting.Operation.Retry.Backlog : TimeSpan.Zero);

    private static (OperationState, IReadOnlyList<OperationEffect>) Finish(OperationState.Waiting waiting, OutcomeState outcome, Report report, DateTimeOffset now, string? error) =>
        End(waiting.Operation, OutcomeOf(waiting, outcome, now, error) with
        {
            NativeId = report.NativeId ?? waiting.NativeId,
            Message = report.Message ?? (outcome == OutcomeState.Success ? waiting.Operation.Note : null),
        }, waiting.Sequence);

    /// <summary>What came of an operation, as far as it was known while its answer was waited for.</summary>
    private static Outcome OutcomeOf(OperationState.Waiting waiting, OutcomeState state, DateTimeOffset at, string? error = null) => new()
    {
        State = state,
        Attempt = waiting.Attempt,
        MaxAttempts = waiting.Operation.Retry.MaxAttempts,
        NativeId = waiting.NativeId,
        Error = error,
        StartedAt = waiting.StartedAt,
        FinishedAt = at,
    };

    private static (OperationState, IReadOnlyList<OperationEffect>) End(Operation operation, Outcome outcome, int lastSequence = 0) =>
        (new OperationState.Done(operation, outcome) { LastSequence = lastSequence }, [new OperationEffect.Announce(outcome)]);

    private static (OperationState, IReadOnlyList<OperationEffect>) Request(OperationState.Waiting waiting, DateTimeOffset at) =>
        (waiting with { DueAt = at + Patience(waiting.Operation) }, [new OperationEffect.Send(waiting.Attempt, waiting.Sequence, at, waiting.RequestId, waiting.NativeId, waiting.Doubt)]);

    /// <summary>The call's own time and, before it, room for one crash of the plugin: the bus hands the message out again when its lock has run out.</summary>
    private static TimeSpan Patience(Operation operation) => (operation.Retry.CallTimeout + Margin) * 2;

    /// <summary>Every read that a reference may take, one after the other, the pauses between them, and something to spare.</summary>
    private static TimeSpan ReadingPatience(RetryRules rules) => ((rules.CallTimeout + Margin) * (rules.MaxAttempts + 1))
        + Enumerable.Range(1, rules.MaxAttempts).Aggregate(Margin * 3, (sum, attempt) => sum + rules.ThrottledPauseAfter(attempt));

    /// <summary>Short at first, because most operations end soon, then longer up to the configured interval.</summary>
    private static TimeSpan PollPause(OperationState.Waiting waiting)
    {
        var pause = FirstPoll * Math.Pow(2, Math.Min(waiting.Polls, 10));
        return pause < waiting.Operation.Retry.StatusInterval ? pause : waiting.Operation.Retry.StatusInterval;
    }
}
