using FsCheck;
using FsCheck.Fluent;
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
            Assert.Empty(effects.OfType<OperationEffect.Announce>());
        }
    }

    [Theory]
    [InlineData(OperationKind.Create)]
    [InlineData(OperationKind.Update)]
    [InlineData(OperationKind.Delete)]
    public void What_a_canceled_operation_has_asked_for_and_was_not_delivered_is_withdrawn(OperationKind kind)
    {
        var operation = Create() with { Kind = kind };
        OperationState refused = Report(Waiting(operation), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling)).State;

        foreach (var state in (OperationState[])[Waiting(operation), refused])
            Assert.Equal([new OperationEffect.Withdraw()], Cancel(state).Effects);
    }

    [Theory]
    [InlineData(OperationKind.Create, false)]
    [InlineData(OperationKind.Update, true)]
    [InlineData(OperationKind.Delete, true)]
    public void A_poll_or_a_next_attempt_that_tells_what_a_canceled_create_has_made_is_not_withdrawn(OperationKind kind, bool isWithdrawn)
    {
        var operation = Create() with { Kind = kind };
        OperationState[] states = [Report(Waiting(operation), ReportStatus.InProgress, requestId: "r").State, Report(Waiting(operation), ReportStatus.Failure, problem: Failure(ProblemCodes.NetworkFailure)).State];

        foreach (var state in states)
            Assert.Equal(isWithdrawn, Cancel(state).Effects.OfType<OperationEffect.Withdraw>().Any());
    }

    [Fact]
    public void A_poll_of_an_abandoned_create_that_is_not_answered_is_sent_once_more_when_the_plugin_is_there()
    {
        var (state, effects) = Cancel(Report(Waiting(Create()), ReportStatus.InProgress, requestId: "r").State);
        var reminder = Assert.IsType<OperationEffect.Remind>(Assert.Single(effects));

        (state, effects) = Remind(state, reminder.At, isAlive: false);
        reminder = Assert.IsType<OperationEffect.Remind>(Assert.Single(effects));
        (state, effects) = Remind(state, reminder.At, isAlive: true);

        var poll = Assert.IsType<OperationEffect.Send>(effects[0]);
        Assert.Equal(("r", 3), (poll.RequestId, poll.Sequence));
        Assert.True(Assert.IsType<OperationEffect.Remind>(effects[1]).At > reminder.At);
        (_, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1", sequence: 3, isPoll: true);
        Assert.Equal([new OperationEffect.Store(StoreAs.Abandoned, "c", Row)], effects);
    }

    [Fact]
    public void A_canceled_create_that_turns_out_to_go_on_is_looked_after_from_then_on()
    {
        var (state, effects) = Cancel(Waiting(Create()));
        Assert.Empty(effects.OfType<OperationEffect.Remind>());

        (state, effects) = Reported(state, ReportStatus.InProgress, requestId: "r");
        Assert.Single(effects.OfType<OperationEffect.Remind>());
        (_, effects) = Reported(state, ReportStatus.InProgress, sequence: 2, isPoll: true);
        Assert.Empty(effects.OfType<OperationEffect.Remind>());
    }

    [Fact]
    public void A_reminder_of_what_is_known_or_is_too_old_does_nothing_more()
    {
        var (abandoned, _) = Cancel(Report(Waiting(Create()), ReportStatus.InProgress, requestId: "r").State);
        var (known, _) = Reported(abandoned, ReportStatus.Success, nativeId: "n-1", sequence: 2, isPoll: true);
        Assert.Empty(Remind(known, Now.AddHours(1), isAlive: true).Effects);

        var (state, effects) = Remind(abandoned, Now.AddDays(31), isAlive: true);

        Assert.Null(Assert.IsType<OperationState.Done>(state).Abandoned);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_create_that_cannot_be_asked_about_any_more_fails_and_is_asked_about_later()
    {
        var polling = Report(Waiting(Create()), ReportStatus.InProgress, requestId: "r").State;

        var (state, effects) = OperationMachine.Apply(polling, new OperationEvent.NotSent(Now, "c", Row, "The target is gone."));

        Assert.Equal((OutcomeState.Failed, "The target is gone."), (Announced(effects).State, Announced(effects).Error));
        (state, effects) = Remind(state, Assert.Single(effects.OfType<OperationEffect.Remind>()).At, isAlive: true);
        Assert.Equal("r", effects.OfType<OperationEffect.Send>().Single().RequestId);
        (_, effects) = Reported(state, ReportStatus.Success, nativeId: "n-1", sequence: 3, isPoll: true);
        Assert.Equal([new OperationEffect.Store(StoreAs.Late, "c", Row)], effects);
    }

    [Fact]
    public void After_an_attempt_that_could_not_be_sent_no_message_has_the_name_of_an_earlier_one()
    {
        var retry = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.NetworkFailure)).State;
        var (state, _) = OperationMachine.Apply(retry, new OperationEvent.NotSent(Now, "c", Row, "The target is gone."));

        var (_, effects) = Reported(state, ReportStatus.InProgress, requestId: "r");

        Assert.Equal(3, effects.OfType<OperationEffect.Send>().Single().Sequence);
    }

    [Fact]
    public void Though_polls_and_answers_are_lost_and_the_plugin_is_away_what_a_canceled_create_makes_is_recorded() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var chance = new Random(seed);
        var (now, madeAt) = (Now, Now.AddHours(chance.Next(0, 600)));
        var lost = 0;
        var pending = new PriorityQueue<OperationEffect, DateTimeOffset>();
        var stores = 0;
        OperationState state = Waiting(Create());
        if (chance.Next(2) == 0)
            state = Report((OperationState.Waiting)state, ReportStatus.InProgress, requestId: "r").State;
        Happen(new OperationEvent.Canceled(now, "c", Row));

        // Until then the request may be with the plugin still; that it was taken is heard of.
        if (Assert.IsType<OperationState.Done>(state).Abandoned!.RequestId is null)
            Happen(Event(ReportStatus.InProgress, requestId: "r") with { At = now });
        while (pending.TryDequeue(out var effect, out var at) && stores == 0)
        {
            now = at > now ? at : now;
            if (effect is OperationEffect.Remind)
                Happen(new OperationEvent.Reminded(now, "c", Row) { PluginIsAlive = !IsLost() });
            else if (effect is OperationEffect.Send poll && !IsLost())
                Happen(Event(now >= madeAt ? ReportStatus.Success : ReportStatus.InProgress, "n-1", null, poll.Sequence, isPoll: true) with { At = now });
        }

        return stores == 1;

        bool IsLost() => (lost = lost < 5 && chance.Next(3) == 0 ? lost + 1 : 0) > 0;

        void Happen(OperationEvent happened)
        {
            (state, var effects) = OperationMachine.Apply(state, happened);
            stores += effects.OfType<OperationEffect.Store>().Count();
            foreach (var effect in effects)
                pending.Enqueue(effect, effect switch { OperationEffect.Send send => send.At, OperationEffect.Remind remind => remind.At, _ => now });
        }
    }).Check(PropertyCases.Of(100));

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
        var poll = Assert.Single(effects.OfType<OperationEffect.Send>());
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
        var poll = Assert.Single(effects.OfType<OperationEffect.Send>());
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

    private static (OperationState State, IReadOnlyList<OperationEffect> Effects) Remind(OperationState state, DateTimeOffset at, bool isAlive) =>
        OperationMachine.Apply(state, new OperationEvent.Reminded(at, "c", Row) { PluginIsAlive = isAlive });

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
