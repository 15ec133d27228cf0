using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>What a report does to an operation that is waited for: end it, ask again, try again.</summary>
public static partial class OperationMachine
{
    private static (OperationState, IReadOnlyList<OperationEffect>) Hear(OperationState state, OperationEvent.Reported reported)
    {
        var (report, now) = (reported.Report, reported.At);
        return state switch
        {
            OperationState.Waiting waiting when IsOf(waiting.Operation, report) => report.Sequence >= waiting.Sequence || IsMade(report) ? Report(waiting, report, now) : (state, Nothing),
            OperationState.Done done when IsOf(done.Operation, report) => HearLate(done, report, now),

            // Of an earlier command, delivered once more after all was over: an object may have come of it that nobody knows.
            { Current: { } operation } when operation.CommandId != report.CommandId && IsMade(report) => (state, [Store(StoreAs.Second, report)]),
            _ => (state, Nothing),
        };
    }

    private static bool IsOf(Operation operation, Report report) => operation.CommandId == report.CommandId && operation.UpdateRow == report.Row && operation.Kind == report.Kind;

    /// <summary>Whichever of an operation's messages it was that made the object, it is there.</summary>
    private static bool IsMade(Report report) => report is { Kind: OperationKind.Create, Status: ReportStatus.Success };

    private static (OperationState, IReadOnlyList<OperationEffect>) Report(OperationState.Waiting known, Report report, DateTimeOffset now)
    {
        // A later message than this state knows of: it was sent, and what was known of that got lost.
        var waiting = report.Sequence > known.Sequence ? known with { Sequence = report.Sequence } : known;
        return report.Status switch
        {
            ReportStatus.Success => Succeed(waiting, report, now),
            ReportStatus.InProgress => Poll(waiting, report, now),
            ReportStatus.Drifted => Finish(waiting, OutcomeState.Rejected, report, now, "The resource was changed outside of this command since the plan was made; apply again to plan against what is there now."),
            _ => Fail(waiting, report, now),
        };
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Succeed(OperationState.Waiting waiting, Report report, DateTimeOffset now)
    {
        var (state, effects) = report is { IsTruncated: true, Problem: { } problem, Kind: not OperationKind.Delete }
            ? Cut(waiting, report, problem, now)
            : Finish(waiting, OutcomeState.Success, report, now, error: null);
        return (state, [Store(StoreAs.Result, report), .. effects]);
    }

    /// <summary>The object is there and is recorded, as it was declared; what it is beyond that nobody knows, so people hear of a failure.</summary>
    private static (OperationState, IReadOnlyList<OperationEffect>) Cut(OperationState.Waiting waiting, Report report, Problem problem, DateTimeOffset now)
    {
        var (state, effects) = Finish(waiting with { LastProblem = problem }, OutcomeState.Failed, report, now, TextOf(problem));
        return (report.Kind == OperationKind.Create && state is OperationState.Done done ? done with { RecordedLate = done.Outcome.NativeId } : state, effects);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Poll(OperationState.Waiting waiting, Report report, DateTimeOffset now)
    {
        var requestId = report.RequestId ?? waiting.RequestId;
        if (requestId is null)
            return Finish(waiting, OutcomeState.Failed, report, now, "The plugin answered that the operation goes on but gave no request id to ask about.");
        var isNews = report.Message is not null && report.Message != waiting.Told;
        var (state, effects) = Request(Polled(waiting, report, requestId) with { Told = report.Message ?? waiting.Told }, now + PollPause(waiting));
        return (state, isNews ? [.. effects, new OperationEffect.Tell(waiting.Attempt, waiting.Operation.Retry.MaxAttempts, report.Message, Error: null, now)] : effects);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) Fail(OperationState.Waiting waiting, Report report, DateTimeOffset now)
    {
        var problem = report.Problem ?? new Problem { Code = ProblemCodes.UnforeseenError, Message = "The plugin reported a failure without saying which." };
        if (problem.Code == ProblemCodes.NotFound && waiting.Operation.Kind == OperationKind.Delete)
            return Succeed(waiting, report, now);
        if (report.IsUnserved && waiting.Repetitions < MostRepetitions)
            return Request(waiting with { Sequence = waiting.Sequence + 1, Repetitions = waiting.Repetitions + 1 }, now);
        if (!problem.IsRecoverable || waiting.Attempt > waiting.Operation.Retry.MaxAttempts)
            return Finish(waiting with { LastProblem = problem }, OutcomeState.Failed, report, now, TextOf(problem));

        // A poll that itself failed says nothing about the operation: only another poll may follow. What a poll found out about the operation
        // (it failed, and may be tried again) starts the operation anew.
        var pollFailed = report.IsPoll && report.CallFailed && waiting.RequestId is not null;
        var next = waiting with
        {
            Attempt = waiting.Attempt + 1,
            Sequence = waiting.Sequence + 1,
            Polls = pollFailed ? waiting.Polls + 1 : 0,
            RequestId = pollFailed ? waiting.RequestId : null,
            LastProblem = problem,
            Doubt = DoubtAfter(waiting, report, problem, pollFailed),
        };
        var pause = waiting.Operation.Retry.PauseAfter(waiting.Attempt, problem);
        return Told(Request(next, now + pause), next, problem, now, pause);
    }

    /// <summary>A message that came twice costs no attempt, for nothing was tried. But whatever kills each plugin that takes it must come to an end.</summary>
    private const int MostRepetitions = 10;

    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(3);

    private static (OperationState, IReadOnlyList<OperationEffect>) Told((OperationState State, IReadOnlyList<OperationEffect> Effects) step, OperationState.Waiting next, Problem problem, DateTimeOffset now, TimeSpan pause = default)
    {
        // Who watches a pause that is long wants to know how long.
        var message = pause < WorthTelling ? TextOf(problem) : $"{TextOf(problem)} (tried again after {Math.Ceiling(pause.TotalSeconds):0} s)";
        return (step.State, [.. step.Effects, new OperationEffect.Tell(next.Attempt, next.Operation.Retry.MaxAttempts, message, TextOf(problem), now)]);
    }

    private static (OperationState, IReadOnlyList<OperationEffect>) PollAgain(OperationState.Waiting waiting, Problem problem, DateTimeOffset now)
    {
        var next = waiting with { Attempt = waiting.Attempt + 1, Sequence = waiting.Sequence + 1, Polls = waiting.Polls + 1, LastProblem = problem };
        return Told(Request(next, now), next, problem, now);
    }

    /// <summary>A refusal clears up nothing that was in doubt before; that it failed is heard only of an operation that was asked about.</summary>
    private static Doubt DoubtAfter(OperationState.Waiting waiting, Report report, Problem problem, bool pollFailed) =>
        pollFailed ? waiting.Doubt : report.IsPoll ? Doubt.Leftover : problem.LeavesDoubt ? Doubt.Unheard : waiting.Doubt;

    private static string TextOf(Problem problem) => $"{problem.Code}: {problem.Message}";

    private static OperationState.Waiting Polled(OperationState.Waiting waiting, Report report, string requestId) =>
        waiting with { Sequence = waiting.Sequence + 1, Polls = waiting.Polls + 1, RequestId = requestId, NativeId = report.NativeId ?? waiting.NativeId };

    private static OperationEffect.Store Store(StoreAs storeAs, Report report) => new(storeAs, report.CommandId, report.Row);
}
