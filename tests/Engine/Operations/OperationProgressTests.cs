using Formae.Engine.Operations;
using Formae.Model;
using static Formae.Engine.Tests.Operations.OperationMachineTests;

namespace Formae.Engine.Tests.Operations;

/// <summary>What people are told while an operation goes on, and what its later attempts know of the earlier ones.</summary>
public sealed class OperationProgressTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_attempt_that_follows_a_failure_is_told_with_it()
    {
        var (_, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling));

        Assert.Equal(new OperationEffect.Tell(2, 10, "Throttling: no (tried again after 10 s)", "Throttling: no", Now), effects.OfType<OperationEffect.Tell>().Single());
    }

    [Fact]
    public void Progress_is_told_when_it_is_news_and_silence_is_not()
    {
        var (state, effects) = Progress(Waiting(Create()), null);
        Assert.Empty(effects.OfType<OperationEffect.Tell>());

        (state, effects) = Progress(state, "half done");
        Assert.Equal("half done", effects.OfType<OperationEffect.Tell>().Single().Message);

        (state, effects) = Progress(state, "half done");
        Assert.Empty(effects.OfType<OperationEffect.Tell>());

        (_, effects) = Progress(state, "nearly done");
        Assert.Equal("nearly done", effects.OfType<OperationEffect.Tell>().Single().Message);
    }

    [Fact]
    public void What_succeeds_at_once_tells_its_outcome_and_nothing_else()
    {
        var (_, effects) = Report(Waiting(Create()), ReportStatus.Success, nativeId: "n");

        Assert.Equal([typeof(OperationEffect.Store), typeof(OperationEffect.Announce)], effects.Select(effect => effect.GetType()));
    }

    [Fact]
    public void A_long_pause_is_told()
    {
        var (_, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling) with { RetryAfter = TimeSpan.FromSeconds(20) });

        Assert.Equal(new OperationEffect.Tell(2, 10, "Throttling: no (tried again after 20 s)", "Throttling: no", Now), effects.OfType<OperationEffect.Tell>().Single());
    }

    [Theory]
    [InlineData(ProblemCodes.NetworkFailure, Doubt.Unheard)]
    [InlineData(ProblemCodes.Throttling, Doubt.None)]
    public void An_attempt_after_one_that_may_have_worked_is_sent_in_doubt(string code, Doubt expected)
    {
        var (state, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(code));
        Assert.Equal(expected, effects.OfType<OperationEffect.Send>().Single().Doubt);

        // Doubt does not go away by a refusal.
        (_, effects) = Report((OperationState.Waiting)state, ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling), sequence: 2);
        Assert.Equal(expected, effects.OfType<OperationEffect.Send>().Single().Doubt);
    }

    [Fact]
    public void What_a_poll_found_to_have_failed_may_have_left_something_behind()
    {
        var polling = Waiting(Create()) with { RequestId = "r", Polls = 1, Sequence = 2, Doubt = Doubt.Unheard };

        var (_, effects) = Report(polling, ReportStatus.Failure, problem: Failure(ProblemCodes.NotStabilized), sequence: 2, isPoll: true);

        Assert.Equal(Doubt.Leftover, effects.OfType<OperationEffect.Send>().Single().Doubt);
    }

    [Fact]
    public void What_is_overdue_after_a_failure_names_that_failure()
    {
        var (state, _) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling));

        var (_, effects) = OperationMachine.Apply(state, new OperationEvent.Checked(Now.AddDays(1), "c", Create().UpdateRow));

        Assert.Contains("Throttling: no", Announced(effects).Error, StringComparison.Ordinal);
    }

    private static (OperationState State, IReadOnlyList<OperationEffect> Effects) Progress(OperationState state, string? message)
    {
        var waiting = Assert.IsType<OperationState.Waiting>(state);
        return OperationMachine.Apply(state, new OperationEvent.Reported(Now, new Report
        {
            CommandId = "c",
            Row = waiting.Operation.UpdateRow,
            Kind = OperationKind.Create,
            IsPoll = waiting.Polls > 0,
            Sequence = waiting.Sequence,
            Status = ReportStatus.InProgress,
            RequestId = "r",
            Message = message,
        }));
    }
}
