using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>
/// What becomes of an operation that nobody waits for any more: it was canceled or given up, or was delivered once more after all was over. Of an update or a delete the next
/// look at the cloud tells; an object that a create makes is known to nobody else, so it is asked about until it is there, and recorded.
/// </summary>
public static partial class OperationMachine
{
    /// <summary>How long a create that was canceled or given up is still asked about. The plugin, or everything, may be away for days.</summary>
    private static readonly TimeSpan AbandonedFor = TimeSpan.FromDays(30);

    /// <summary>For so long as often as if somebody waited for it.</summary>
    private static readonly TimeSpan OftenFor = TimeSpan.FromDays(1);

    private static (OperationState, IReadOnlyList<OperationEffect>) Cancel(OperationState state, OperationEvent.Canceled canceled)
    {
        switch (state)
        {
            case OperationState.Waiting waiting when waiting.IsAbout(canceled.CommandId, canceled.Row):
                var (done, effects) = Abandon(waiting, OutcomeOf(waiting, OutcomeState.Canceled, canceled.At));
                return (done, IsStillWanted(waiting) ? effects : [new OperationEffect.Withdraw(), .. effects]);
            case OperationState.Resolving resolving when resolving.IsAbout(canceled.CommandId, canceled.Row):
                return (new OperationState.Done(resolving.Operation, new Outcome { State = OutcomeState.Canceled, StartedAt = resolving.StartedAt, FinishedAt = canceled.At }), Nothing);
            default:
                return (state, Nothing);
        }
    }

    /// <summary>
    /// The message under way would change nothing that is not changed already, and without it an object may be lost: a poll of a create tells what became of it, and so does
    /// its next attempt where nobody heard what came of the one before.
    /// </summary>
    private static bool IsStillWanted(OperationState.Waiting waiting) => waiting.Operation.Kind == OperationKind.Create && (waiting.RequestId is not null || waiting.Doubt == Doubt.Unheard);

    /// <summary>Ends it without its report, which may still come.</summary>
    private static (OperationState State, IReadOnlyList<OperationEffect> Effects) Abandon(OperationState.Waiting waiting, Outcome outcome)
    {
        var abandoned = waiting.Operation.Kind == OperationKind.Create ? waiting : null;
        return (
            new OperationState.Done(waiting.Operation, outcome) { Abandoned = abandoned, LastSequence = waiting.Sequence },
            abandoned?.RequestId is null ? Nothing : [RemindOf(waiting.Operation, outcome.FinishedAt)]);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) GiveUp(OperationState.Waiting waiting, Outcome outcome)
    {
        var (state, effects) = Abandon(waiting, outcome);
        return (state, [new OperationEffect.Announce(outcome), .. effects]);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) HearLate(OperationState.Done done, Report report, DateTimeOffset now)
    {
        if (IsMade(report))
        {
            if ((done.Outcome.State == OutcomeState.Success ? done.Outcome.NativeId : done.RecordedLate) is { } recorded)
                return (done, report.NativeId is null || report.NativeId == recorded ? Nothing : [Store(StoreAs.Second, report)]);
            if (done.Outcome.State == OutcomeState.Success)
                return (done, Nothing);
            return (done with { Abandoned = null, RecordedLate = report.NativeId ?? done.Outcome.NativeId }, [Store(done.Outcome.State == OutcomeState.Canceled ? StoreAs.Abandoned : StoreAs.Late, report)]);
        }

        if ((done.Abandoned ?? BegunAgain(done, report)) is not { } abandoned || report.Sequence != abandoned.Sequence)
            return (done, Nothing);
        var goesOn = report.Status == ReportStatus.InProgress || (report.IsPoll && report.CallFailed);
        if (!goesOn || (report.RequestId ?? abandoned.RequestId) is not { } requestId || IsTooOld(done, now))
            return (done with { Abandoned = null }, Nothing);
        var pause = now > done.Outcome.FinishedAt + OftenFor ? LongPause(done.Operation) : PollPause(abandoned);
        var (state, poll) = AskAgain(done, Polled(abandoned, report, requestId), now + pause);
        return (state, abandoned.RequestId is null ? [poll, RemindOf(done.Operation, now)] : [poll]);
    }

    /// <summary>
    /// The poll or its answer may have got lost, or the plugin was away for longer than a message is valid: then it is asked once more. Only one that is there is asked.
    /// </summary>
    private static (OperationState, IReadOnlyList<OperationEffect>) Remind(OperationState state, OperationEvent.Reminded reminded)
    {
        if (state is not OperationState.Done { Abandoned: { RequestId: not null } abandoned } done || !done.IsAbout(reminded.CommandId, reminded.Row))
            return (state, Nothing);
        if (IsTooOld(done, reminded.At))
            return (done with { Abandoned = null }, Nothing);
        var again = RemindOf(done.Operation, reminded.At);
        if (!reminded.PluginIsAlive || reminded.At < abandoned.DueAt)
            return (done, [again]);
        var (next, poll) = AskAgain(done, abandoned with { Sequence = abandoned.Sequence + 1, Polls = abandoned.Polls + 1 }, reminded.At);
        return (next, [poll, again]);
    }

    private static (OperationState.Done State, OperationEffect Poll) AskAgain(OperationState.Done done, OperationState.Waiting next, DateTimeOffset at)
    {
        next = next with { Sequence = Math.Max(next.Sequence, done.LastSequence + 1), DueAt = at + Patience(done.Operation) };
        return (done with { Abandoned = next, LastSequence = next.Sequence }, new OperationEffect.Send(next.Attempt, next.Sequence, at, next.RequestId, next.NativeId, Doubt.None));
    }

    private static bool IsTooOld(OperationState.Done done, DateTimeOffset now) => now > done.Outcome.FinishedAt + AbandonedFor;

    /// <summary>Seldom: most polls are answered, and the next one is sent then.</summary>
    private static OperationEffect.Remind RemindOf(Operation operation, DateTimeOffset now) => new(now + LongPause(operation));

    private static TimeSpan LongPause(Operation operation) => operation.Retry.Backlog > Patience(operation) ? operation.Retry.Backlog : Patience(operation);

    /// <summary>A create that had failed was delivered once more, and this time the cloud took it: it makes an object that is to be followed like that of an abandoned one.</summary>
    private static OperationState.Waiting? BegunAgain(OperationState.Done done, Report report) =>
        report is { Kind: OperationKind.Create, Status: ReportStatus.InProgress, IsPoll: false } && done is { Outcome.State: not OutcomeState.Success, RecordedLate: null }
            ? new OperationState.Waiting(done.Operation, done.Outcome.Attempt, report.Sequence, Polls: 0, RequestId: null, NativeId: null, LastProblem: null, done.Outcome.StartedAt, DueAt: done.Outcome.FinishedAt)
            : null;
}
