using Formae.Engine.Operations;
using Formae.Model;
using static Formae.Engine.Tests.Operations.OperationMachineTests;

namespace Formae.Engine.Tests.Operations;

/// <summary>Beginnings that come twice or late, and the two halves of a replace on one resource.</summary>
public sealed class OperationRepetitionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_delete_of_a_replace_that_comes_again_does_not_delete_what_was_created()
    {
        var delete = Create() with { Kind = OperationKind.Delete, UpdateRow = "00000-0000001" };
        OperationState[] states = [Begin(new OperationState.Idle(), Create(), "a").State, Waiting(Create()), Report(Waiting(Create()), ReportStatus.Success).State];

        foreach (var state in states)
        {
            var (next, effects) = Begin(state, delete);
            Assert.Same(state, next);
            Assert.Empty(effects);
        }
    }

    [Fact]
    public void The_create_of_a_replace_begins_where_its_delete_ended()
    {
        var (deleted, _) = Report(Waiting(Create() with { Kind = OperationKind.Delete, UpdateRow = "00000-0000001" }), ReportStatus.Success);

        var (state, _) = Begin(deleted, Create());

        Assert.Equal(OperationKind.Create, Assert.IsType<OperationState.Waiting>(state).Operation.Kind);
    }

    [Fact]
    public void A_beginning_that_comes_again_and_is_unusable_by_then_does_not_end_what_runs()
    {
        var waiting = Waiting(Create());

        var (state, effects) = OperationMachine.Apply(waiting, new OperationEvent.Unusable(Now, Create(), "gone"));

        Assert.Same(waiting, state);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_request_that_cannot_be_sent_ends_the_operation()
    {
        var waiting = Waiting(Create());

        var (state, effects) = OperationMachine.Apply(waiting, new OperationEvent.NotSent(Now, "c", Create().UpdateRow, "no plugin"));

        Assert.Equal((OutcomeState.Failed, "no plugin", 1), (Announced(effects).State, Announced(effects).Error, Announced(effects).Attempt));
        Assert.IsType<OperationState.Done>(state);
        Assert.Empty(OperationMachine.Apply(waiting, new OperationEvent.NotSent(Now, "other", Create().UpdateRow, "no plugin")).Effects);
    }

    [Fact]
    public void Values_that_do_not_come_are_asked_for_again_until_they_are_overdue()
    {
        var (state, _) = Begin(new OperationState.Idle(), Create(), "a", "b");
        (state, _) = OperationMachine.Apply(state, new OperationEvent.ReferenceResolved(Now, "c", "b"));

        (state, var effects) = OperationMachine.Apply(state, new OperationEvent.Checked(Now.AddSeconds(30), "c", Create().UpdateRow));
        Assert.Equal(["a"], Assert.IsType<OperationEffect.Ask>(Assert.Single(effects)).Producers);
        Assert.IsType<OperationState.Resolving>(state);

        (_, effects) = OperationMachine.Apply(state, new OperationEvent.Checked(Now.AddDays(1), "c", Create().UpdateRow));
        Assert.Equal(OutcomeState.Failed, Announced(effects).State);
    }

    [Fact]
    public void A_success_says_what_it_was_where_the_plugin_says_nothing()
    {
        var (_, effects) = Report(Waiting(Create() with { Note = "Renamed." }), ReportStatus.Success);
        Assert.Equal("Renamed.", Announced(effects).Message);

        (_, effects) = Report(Waiting(Create() with { Note = "Renamed." }), ReportStatus.Failure, problem: Failure(ProblemCodes.AccessDenied));
        Assert.Null(Announced(effects).Message);
    }
}
