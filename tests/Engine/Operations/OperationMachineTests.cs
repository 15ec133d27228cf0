using Formae.Engine.Operations;
using Formae.Model;

namespace Formae.Engine.Tests.Operations;

public sealed class OperationMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_operation_without_references_is_sent_at_once()
    {
        var (state, effects) = Begin(new OperationState.Idle(), Create());

        var waiting = Assert.IsType<OperationState.Waiting>(state);
        Assert.Equal((1, 1), (waiting.Attempt, waiting.Sequence));
        Assert.Equal([new OperationEffect.Send(1, 1, Now, null, null, Doubt.None)], effects);
    }

    [Fact]
    public void A_start_time_in_the_future_is_kept()
    {
        var (_, effects) = Begin(new OperationState.Idle(), Create() with { StartAt = Now.AddSeconds(3) });

        Assert.Equal(Now.AddSeconds(3), Assert.IsType<OperationEffect.Send>(Assert.Single(effects)).At);
    }

    [Fact]
    public void References_are_asked_for_first_and_the_last_answer_sends()
    {
        var (state, effects) = Begin(new OperationState.Idle(), Create(), "a", "b");
        Assert.Equal(["a", "b"], Assert.IsType<OperationEffect.Ask>(Assert.Single(effects)).Producers);

        (state, effects) = OperationMachine.Apply(state, new OperationEvent.ReferenceResolved(Now, "c", "b"));
        Assert.Empty(effects);

        (state, effects) = OperationMachine.Apply(state, new OperationEvent.ReferenceResolved(Now, "c", "b"));
        Assert.Empty(effects);

        (state, effects) = OperationMachine.Apply(state, new OperationEvent.ReferenceResolved(Now, "c", "a"));
        Assert.IsType<OperationState.Waiting>(state);
        Assert.IsType<OperationEffect.Send>(Assert.Single(effects));
    }

    [Fact]
    public void A_reference_that_cannot_be_read_fails_the_operation()
    {
        var (state, _) = Begin(new OperationState.Idle(), Create(), "a");

        (state, var effects) = OperationMachine.Apply(state, new OperationEvent.ReferenceFailed(Now, "c", "a", "gone"));

        Assert.Equal(OutcomeState.Failed, Announced(effects).State);
        Assert.Equal("gone", Announced(effects).Error);
        Assert.IsType<OperationState.Done>(state);
    }

    [Fact]
    public void A_success_is_stored_before_it_is_announced()
    {
        var (state, effects) = Report(Waiting(Create()), ReportStatus.Success, nativeId: "n-1");

        Assert.Equal(new OperationEffect.Store(StoreAs.Result, "c", Create().UpdateRow), effects[0]);
        Assert.Equal((OutcomeState.Success, "n-1"), (Announced(effects).State, Announced(effects).NativeId));
        Assert.IsType<OperationState.Done>(state);
    }

    [Fact]
    public void A_report_of_an_earlier_message_changes_nothing()
    {
        var waiting = Waiting(Create()) with { Sequence = 4 };

        var (state, effects) = Report(waiting, ReportStatus.Failure, problem: Failure(ProblemCodes.AccessDenied), sequence: 3);

        Assert.Same(waiting, state);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_report_of_another_command_changes_nothing()
    {
        var waiting = Waiting(Create());

        var (state, effects) = OperationMachine.Apply(waiting, new OperationEvent.Reported(Now, new Report { CommandId = "other", Row = Create().UpdateRow, Kind = OperationKind.Create, IsPoll = false, Sequence = 1, Status = ReportStatus.Failure }));

        Assert.Same(waiting, state);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_long_running_operation_is_polled_sooner_at_first_than_later()
    {
        OperationState state = Waiting(Create());
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 8; i++)
        {
            (state, var effects) = Report((OperationState.Waiting)state, ReportStatus.InProgress, requestId: "r", sequence: ((OperationState.Waiting)state).Sequence);
            var send = Assert.IsType<OperationEffect.Send>(Assert.Single(effects));
            Assert.Equal("r", send.RequestId);
            pauses.Add(send.At - Now);
        }

        Assert.Equal(TimeSpan.FromSeconds(0.5), pauses[0]);
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(TimeSpan.FromSeconds(20), pauses[^1]);
        Assert.Equal(1, ((OperationState.Waiting)state).Attempt);
    }

    [Fact]
    public void A_persistent_recoverable_failure_is_tried_max_retries_and_two_times()
    {
        OperationState state = Waiting(Create() with { Retry = new RetryRules { MaxRetries = 2 } });
        var calls = 1;
        while (state is OperationState.Waiting waiting)
        {
            (state, var effects) = Report(waiting, ReportStatus.Failure, problem: Failure(ProblemCodes.ServiceInternalError), sequence: waiting.Sequence);
            calls += effects.OfType<OperationEffect.Send>().Count();
        }

        Assert.Equal(4, calls);
        var outcome = ((OperationState.Done)state).Outcome;
        Assert.Equal((OutcomeState.Failed, 4, 3), (outcome.State, outcome.Attempt, outcome.MaxAttempts));
    }

    [Fact]
    public void Throttling_waits_longer_each_time_and_other_failures_do_not()
    {
        Assert.Equal([0.25, 0.5, 1.0], Pauses(ProblemCodes.Throttling));
        Assert.Equal([0.25, 0.25, 0.25], Pauses(ProblemCodes.NotStabilized));

        static double[] Pauses(string code)
        {
            OperationState state = Waiting(Create() with { Retry = new RetryRules { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(250) } });
            var pauses = new List<double>();
            while (state is OperationState.Waiting waiting)
            {
                (state, var effects) = Report(waiting, ReportStatus.Failure, problem: Failure(code), sequence: waiting.Sequence);
                pauses.AddRange(effects.OfType<OperationEffect.Send>().Select(send => (send.At - Now).TotalSeconds));
            }

            return [.. pauses];
        }
    }

    [Fact]
    public void What_the_cloud_asks_for_is_waited_for()
    {
        var (_, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling) with { RetryAfter = TimeSpan.FromMinutes(2) });

        Assert.Equal(Now.AddMinutes(2), effects.OfType<OperationEffect.Send>().Single().At);
    }

    [Fact]
    public void A_failure_that_nothing_can_mend_ends_the_operation()
    {
        var (state, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.AccessDenied));

        Assert.IsType<OperationState.Done>(state);
        Assert.Equal("AccessDenied: no", Announced(effects).Error);
    }

    [Fact]
    public void A_poll_that_failed_is_followed_by_another_poll_and_never_by_the_operation()
    {
        var polling = Waiting(Create()) with { RequestId = "r", Polls = 1, Sequence = 2 };

        var (_, effects) = Report(polling, ReportStatus.Failure, problem: Failure(ProblemCodes.ServiceTimeout), sequence: 2, isPoll: true, callFailed: true);

        Assert.Equal("r", effects.OfType<OperationEffect.Send>().Single().RequestId);
    }

    [Fact]
    public void A_recoverable_failure_that_a_poll_found_begins_the_operation_anew()
    {
        var polling = Waiting(Create()) with { RequestId = "r", Polls = 1, Sequence = 2 };

        var (_, effects) = Report(polling, ReportStatus.Failure, problem: Failure(ProblemCodes.NotStabilized), sequence: 2, isPoll: true);

        Assert.Null(effects.OfType<OperationEffect.Send>().Single().RequestId);
    }

    [Fact]
    public void Deleting_what_is_gone_succeeds()
    {
        var (_, effects) = Report(Waiting(Create() with { Kind = OperationKind.Delete }), ReportStatus.Failure, problem: Failure(ProblemCodes.NotFound));

        Assert.Equal(OutcomeState.Success, Announced(effects).State);
    }

    [Fact]
    public void A_drifted_update_is_rejected()
    {
        var (_, effects) = Report(Waiting(Create() with { Kind = OperationKind.Update }), ReportStatus.Drifted);

        Assert.Equal(OutcomeState.Rejected, Announced(effects).State);
    }

    [Fact]
    public void An_overdue_operation_fails_and_one_in_time_does_not()
    {
        var waiting = Waiting(Create());

        var (early, none) = OperationMachine.Apply(waiting, new OperationEvent.Checked(waiting.DueAt.AddTicks(-1), "c", Create().UpdateRow));
        Assert.Same(waiting, early);
        Assert.Empty(none);

        var (late, effects) = OperationMachine.Apply(waiting, new OperationEvent.Checked(waiting.DueAt, "c", Create().UpdateRow));
        Assert.IsType<OperationState.Done>(late);
        Assert.Equal(OutcomeState.Failed, Announced(effects).State);
    }

    [Fact]
    public void A_create_that_succeeds_after_it_was_given_up_is_stored()
    {
        var (done, _) = OperationMachine.Apply(Waiting(Create()), new OperationEvent.Checked(Now.AddHours(1), "c", Create().UpdateRow));

        var (state, effects) = OperationMachine.Apply(done, new OperationEvent.Reported(Now.AddHours(2), new Report { CommandId = "c", Row = Create().UpdateRow, Kind = OperationKind.Create, IsPoll = false, Sequence = 1, Status = ReportStatus.Success }));

        Assert.Equal(((OperationState.Done)done).Outcome, Assert.IsType<OperationState.Done>(state).Outcome);
        Assert.Equal([new OperationEffect.Store(StoreAs.Late, "c", Create().UpdateRow)], effects);
    }

    [Fact]
    public void A_beginning_that_is_delivered_again_announces_the_outcome_again()
    {
        var (done, first) = Report(Waiting(Create()), ReportStatus.Success);

        var (state, effects) = Begin(done, Create());

        Assert.Same(done, state);
        Assert.Equal(Announced(first), Announced(effects));
    }

    [Fact]
    public void A_look_at_what_is_done_announces_the_outcome_again()
    {
        var (done, first) = Report(Waiting(Create()), ReportStatus.Success);

        var (_, effects) = OperationMachine.Apply(done, new OperationEvent.Checked(Now, "c", Create().UpdateRow));

        Assert.Equal(Announced(first), Announced(effects));
        Assert.Empty(OperationMachine.Apply(done, new OperationEvent.Checked(Now, "other", Create().UpdateRow)).Effects);
    }

    [Fact]
    public void Another_command_begins_where_an_earlier_one_ended()
    {
        var (done, _) = Report(Waiting(Create()), ReportStatus.Success);

        var (state, effects) = Begin(done, Create() with { CommandId = "next" });

        Assert.Equal("next", Assert.IsType<OperationState.Waiting>(state).Operation.CommandId);
        Assert.IsType<OperationEffect.Send>(Assert.Single(effects));
    }

    internal static Operation Create() => new() { CommandId = "c", UpdateRow = "00000-0000000", Kind = OperationKind.Create, Announce = "c-0" };

    internal static OperationState.Waiting Waiting(Operation operation) => (OperationState.Waiting)Begin(new OperationState.Idle(), operation).State;

    internal static (OperationState State, IReadOnlyList<OperationEffect> Effects) Begin(OperationState state, Operation operation, params string[] references) =>
        OperationMachine.Apply(state, new OperationEvent.Begun(Now, operation, references));

    internal static (OperationState State, IReadOnlyList<OperationEffect> Effects) Report(
        OperationState.Waiting waiting, ReportStatus status, string? nativeId = null, string? requestId = null, Problem? problem = null, int sequence = 1, bool isPoll = false, bool callFailed = false) =>
        OperationMachine.Apply(waiting, new OperationEvent.Reported(Now, new Report
        {
            CommandId = waiting.Operation.CommandId,
            Row = waiting.Operation.UpdateRow,
            Kind = waiting.Operation.Kind,
            IsPoll = isPoll,
            CallFailed = callFailed,
            Sequence = sequence,
            Status = status,
            NativeId = nativeId,
            RequestId = requestId,
            Problem = problem,
        }));

    internal static Problem Failure(string code) => new() { Code = code, Message = "no" };

    internal static Outcome Announced(IReadOnlyList<OperationEffect> effects) => effects.OfType<OperationEffect.Announce>().Single().Outcome;
}
