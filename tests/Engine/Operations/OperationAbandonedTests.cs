using Formae.Engine.Operations;
using Formae.Model;
using static Formae.Engine.Tests.Operations.OperationMachineTests;

namespace Formae.Engine.Tests.Operations;

/// <summary>Operations that nobody waits for any more: canceled by force, given up, or delivered once more after all was over.</summary>
public sealed class OperationAbandonedTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string Row = Create().UpdateRow;

    [Fact]
    public void A_canceled_operation_ends_without_a_word()
    {
        OperationState[] running = [Waiting(Create()), Begin(new OperationState.Idle(), Create(), "a").State];
        foreach (var state in running)
        {
            var (next, effects) = Cancel(state);

            Assert.Equal(OutcomeState.Canceled, Assert.IsType<OperationState.Done>(next).Outcome.State);
            Assert.Empty(effects);
        }
    }

    [Fact]
    public void A_cancel_of_another_operation_or_of_what_has_ended_changes_nothing()
    {
        OperationState[] states = [new OperationState.Idle(), Report(Waiting(Create()), ReportStatus.Success).State, Waiting(Create() with { UpdateRow = "00000-0000009" }), Waiting(Create() with { CommandId = "other" })];
        foreach (var state in states)
        {
            var (next, effects) = Cancel(state);

            Assert.Same(state, next);
            Assert.Empty(effects);
        }
    }

    [Fact]
    public void What_a_canceled_create_makes_is_kept_as_unmanaged_and_once_only()
    {
        var (state, _) = Cancel(Waiting(Create()));

        (state, var effects) = Reported(state, ReportStatus.Success, nativeId: "n-1");
        Assert.Equal([new OperationEffect.Store(StoreAs.Abandoned, "c", Row)], effects);
        Assert.Equal(OutcomeState.Canceled, Assert.IsType<OperationState.Done>(state).Outcome.State);

        (_, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1");
        Assert.Empty(effects);
    }

    [Fact]
    public void A_canceled_create_that_goes_on_in_the_cloud_is_asked_about_until_it_has_ended()
    {
        var (state, _) = Cancel(Waiting(Create()));

        (state, var effects) = Reported(state, ReportStatus.InProgress, requestId: "r");
        var poll = Assert.IsType<OperationEffect.Send>(Assert.Single(effects));
        Assert.Equal(("r", 2), (poll.RequestId, poll.Sequence));

        (state, effects) = Reported(state, ReportStatus.Failure, sequence: 2, isPoll: true, callFailed: true);
        Assert.Equal(3, Assert.IsType<OperationEffect.Send>(Assert.Single(effects)).Sequence);

        (state, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1", sequence: 3, isPoll: true);
        Assert.Equal([new OperationEffect.Store(StoreAs.Abandoned, "c", Row)], effects);
        Assert.Null(Assert.IsType<OperationState.Done>(state).Abandoned);
    }

    [Fact]
    public void A_create_that_was_refused_and_is_taken_when_it_is_delivered_once_more_is_asked_about_until_it_has_ended()
    {
        var (state, _) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling));
        (state, _) = Report(Assert.IsType<OperationState.Waiting>(state), ReportStatus.Failure, problem: Failure(ProblemCodes.AccessDenied), sequence: 2);

        (state, var effects) = Reported(state, ReportStatus.InProgress, requestId: "r");
        var poll = Assert.IsType<OperationEffect.Send>(Assert.Single(effects));
        Assert.Equal(("r", 3), (poll.RequestId, poll.Sequence));
        (state, effects) = Reported(state, ReportStatus.InProgress, requestId: "r");
        Assert.Empty(effects);

        (state, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1", sequence: 3, isPoll: true);
        Assert.Equal([new OperationEffect.Store(StoreAs.Late, "c", Row)], effects);
        (_, effects) = Reported(state, ReportStatus.InProgress, requestId: "r");
        Assert.Empty(effects);
    }

    [Fact]
    public void A_canceled_create_that_fails_in_the_cloud_is_forgotten()
    {
        var (state, _) = Cancel(Waiting(Create()));

        (state, var effects) = Reported(state, ReportStatus.Failure);

        Assert.Empty(effects);
        Assert.Null(Assert.IsType<OperationState.Done>(state).Abandoned);
    }

    [Fact]
    public void A_canceled_update_is_left_to_the_next_look_at_the_cloud()
    {
        var (state, _) = Cancel(Waiting(Create() with { Kind = OperationKind.Update }));

        var (next, effects) = OperationMachine.Apply(state, Event(ReportStatus.Success, kind: OperationKind.Update));

        Assert.Same(state, next);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_second_object_of_one_create_is_kept_beside_the_first()
    {
        var (state, _) = Report(Waiting(Create()), ReportStatus.Success, nativeId: "n-1");

        Assert.Equal([new OperationEffect.Store(StoreAs.Second, "c", Row)], Reported(state, ReportStatus.Success, nativeId: "n-2").Effects);
        Assert.Empty(Reported(state, ReportStatus.Success, nativeId: "n-1").Effects);
    }

    [Fact]
    public void What_a_create_makes_while_it_is_already_tried_again_is_its_result()
    {
        var (state, _) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.NetworkFailure));

        (state, var effects) = Reported(state, ReportStatus.Success, nativeId: "n-1", sequence: 1);

        Assert.Equal(new OperationEffect.Store(StoreAs.Result, "c", Row), effects[0]);
        Assert.Equal(("n-1", OutcomeState.Success), (Announced(effects).NativeId, Announced(effects).State));
        Assert.IsType<OperationState.Done>(state);
    }

    [Fact]
    public void What_a_create_of_an_earlier_command_makes_is_kept_whatever_runs_now()
    {
        OperationState[] states = [Waiting(Create() with { CommandId = "next" }), Report(Waiting(Create() with { CommandId = "next", Kind = OperationKind.Delete }), ReportStatus.Success).State];
        foreach (var state in states)
        {
            var (next, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1");

            Assert.Same(state, next);
            Assert.Equal([new OperationEffect.Store(StoreAs.Second, "c", Row)], effects);
        }
    }

    [Fact]
    public void A_report_of_a_message_that_was_sent_and_forgotten_counts()
    {
        var (state, effects) = Report(Waiting(Create() with { Kind = OperationKind.Update }), ReportStatus.Success, sequence: 2);

        Assert.IsType<OperationState.Done>(state);
        Assert.Equal(OutcomeState.Success, Announced(effects).State);
    }

    private static (OperationState State, IReadOnlyList<OperationEffect> Effects) Cancel(OperationState state) =>
        OperationMachine.Apply(state, new OperationEvent.Canceled(Now, "c", Row));

    private static (OperationState State, IReadOnlyList<OperationEffect> Effects) Reported(
        OperationState state, ReportStatus status, string? nativeId = null, string? requestId = null, int sequence = 1, bool isPoll = false, bool callFailed = false) =>
        OperationMachine.Apply(state, Event(status, nativeId, requestId, sequence, isPoll, callFailed));

    private static OperationEvent.Reported Event(
        ReportStatus status, string? nativeId = null, string? requestId = null, int sequence = 1, bool isPoll = false, bool callFailed = false, OperationKind kind = OperationKind.Create) => new(Now, new Report
        {
            CommandId = "c",
            Row = Row,
            Kind = kind,
            IsPoll = isPoll,
            Sequence = sequence,
            Status = status,
            NativeId = nativeId,
            RequestId = requestId,
            CallFailed = callFailed,
            Problem = status == ReportStatus.Failure ? Failure(ProblemCodes.ServiceTimeout) : null,
        });
}
