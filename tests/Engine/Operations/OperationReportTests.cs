using Formae.Engine.Operations;
using Formae.Model;
using static Formae.Engine.Tests.Operations.OperationMachineTests;

namespace Formae.Engine.Tests.Operations;

/// <summary>Reports that say less than others, or answer to what is forgotten.</summary>
public sealed class OperationReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(OperationKind.Create, OutcomeState.Failed)]
    [InlineData(OperationKind.Update, OutcomeState.Failed)]
    [InlineData(OperationKind.Delete, OutcomeState.Success)]
    public void What_was_done_is_stored_where_the_object_is_not_told_of(OperationKind kind, OutcomeState expected)
    {
        var told = new OperationEvent.Reported(Now, new Report
        {
            CommandId = "c",
            Row = Create().UpdateRow,
            Kind = kind,
            IsPoll = false,
            Sequence = 1,
            Status = ReportStatus.Success,
            NativeId = "n-1",
            IsTruncated = true,
            Problem = Failure(ProblemCodes.GeneralServiceException),
        });

        var (state, effects) = OperationMachine.Apply(Waiting(Create() with { Kind = kind }), told);

        Assert.Equal(new OperationEffect.Store(StoreAs.Result, "c", Create().UpdateRow), effects[0]);
        Assert.Equal((expected, "n-1"), (Announced(effects).State, Announced(effects).NativeId));
        Assert.Equal(expected == OutcomeState.Failed, Announced(effects).Error is not null);
        Assert.Empty(OperationMachine.Apply(state, told).Effects);
    }

    [Fact]
    public void A_message_that_was_not_served_is_sent_anew_at_once_and_costs_no_attempt()
    {
        var waiting = Waiting(Create() with { Kind = OperationKind.Delete });

        var (state, effects) = OperationMachine.Apply(waiting, Unserved(waiting));

        var next = Assert.IsType<OperationState.Waiting>(state);
        Assert.Equal((waiting.Attempt, waiting.Sequence + 1), (next.Attempt, next.Sequence));
        Assert.Equal((next.Attempt, next.Sequence, Now), Assert.IsType<OperationEffect.Send>(Assert.Single(effects)) is var send ? (send.Attempt, send.Sequence, send.At) : default);
        Assert.Empty(OperationMachine.Apply(next, Unserved(waiting)).Effects);
    }

    [Fact]
    public void A_message_that_nobody_serves_comes_to_an_end()
    {
        OperationState state = Waiting(Create() with { Kind = OperationKind.Delete });
        var sent = 1;
        for (; state is OperationState.Waiting waiting; sent++)
            state = OperationMachine.Apply(state, Unserved(waiting)).State;

        Assert.Equal(OutcomeState.Failed, Assert.IsType<OperationState.Done>(state).Outcome.State);
        Assert.InRange(sent, 10, 10 + new RetryRules().MaxAttempts + 2);
    }

    [Fact]
    public void A_report_of_a_message_that_was_sent_and_forgotten_counts()
    {
        var (state, effects) = Report(Waiting(Create() with { Kind = OperationKind.Update }), ReportStatus.Success, sequence: 2);

        Assert.IsType<OperationState.Done>(state);
        Assert.Equal(OutcomeState.Success, Announced(effects).State);
    }

    private static OperationEvent.Reported Unserved(OperationState.Waiting waiting) => new(Now, new Report
    {
        CommandId = waiting.Operation.CommandId,
        Row = waiting.Operation.UpdateRow,
        Kind = waiting.Operation.Kind,
        IsPoll = false,
        Sequence = waiting.Sequence,
        Status = ReportStatus.Failure,
        IsUnserved = true,
        Problem = Failure(ProblemCodes.InternalFailure),
    });
}
