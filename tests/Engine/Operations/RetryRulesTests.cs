using System.Reflection;
using Formae.Engine.Operations;
using Formae.Model;
using static Formae.Engine.Tests.Operations.OperationMachineTests;

namespace Formae.Engine.Tests.Operations;

/// <summary>The table of error codes, and the pauses between attempts.</summary>
public sealed class RetryRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Code, whether it is tried again, whether the cloud may have done the work.</summary>
    public static TheoryData<string, bool, bool> Table => new()
    {
        { "Throttling", true, false },
        { "NotStabilized", true, true },
        { "ServiceInternalError", true, true },
        { "ServiceTimeout", true, true },
        { "NetworkFailure", true, true },
        { "InternalFailure", true, true },
        { "NotFound", true, false },
        { "ResourceConflict", true, false },
        { "NotUpdatable", false, false },
        { "InvalidRequest", false, false },
        { "AccessDenied", false, false },
        { "UnauthorizedTaggingOperation", false, false },
        { "InvalidCredentials", false, false },
        { "AlreadyExists", false, false },
        { "ServiceLimitExceeded", false, false },
        { "GeneralServiceException", false, false },
        { "DependencyFailure", false, false },
        { "UnforeseenError", false, false },
        { "PluginNotFound", false, false },
        { "", false, false },
        { "SomethingOfItsOwn", false, false },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_code_is_tried_again_or_is_not(string code, bool isRecoverable, bool leavesDoubt)
    {
        var (state, effects) = Report(Waiting(Create()), ReportStatus.Failure, problem: Failure(code));

        Assert.Equal(isRecoverable, state is OperationState.Waiting);
        Assert.Equal(isRecoverable ? 1 : 0, effects.OfType<OperationEffect.Send>().Count());
        Assert.Equal(leavesDoubt, Failure(code).LeavesDoubt);
    }

    [Fact]
    public void The_table_names_every_code_there_is()
    {
        var constants = typeof(ProblemCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToHashSet();

        Assert.Equal(constants, ProblemCodes.All.ToHashSet());
        Assert.Superset(constants, Table.Select(row => row.Data.Item1).ToHashSet());
    }

    [Fact]
    public void F114_throttling_waits_double_up_to_half_a_minute_and_other_waits_stay_flat()
    {
        Assert.Equal([10, 20, 30, 30, 30], Pauses(TimeSpan.FromSeconds(10), ProblemCodes.Throttling));
        Assert.Equal([0.25, 0.5, 1, 2, 4], Pauses(TimeSpan.FromSeconds(0.25), ProblemCodes.Throttling));

        // The first one is what is configured, however long that is.
        Assert.Equal([40, 30, 30, 30, 30], Pauses(TimeSpan.FromSeconds(40), ProblemCodes.Throttling));
        foreach (var code in ProblemCodes.All.Where(code => ProblemCodes.IsRecoverable(code) && code != ProblemCodes.Throttling))
            Assert.Equal([10, 10, 10, 10, 10], Pauses(TimeSpan.FromSeconds(10), code));
    }

    [Fact]
    public void F114_a_pause_is_never_shorter_than_the_cloud_asks_for_and_never_shorter_than_the_rule()
    {
        var rules = new RetryRules { Delay = TimeSpan.FromSeconds(10) };

        Assert.Equal(TimeSpan.FromMinutes(3), rules.PauseAfter(1, Failure(ProblemCodes.Throttling) with { RetryAfter = TimeSpan.FromMinutes(3) }));
        Assert.Equal(TimeSpan.FromMinutes(3), rules.PauseAfter(1, Failure(ProblemCodes.ResourceConflict) with { RetryAfter = TimeSpan.FromMinutes(3) }));
        Assert.Equal(TimeSpan.FromSeconds(10), rules.PauseAfter(1, Failure(ProblemCodes.Throttling) with { RetryAfter = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public void F117_the_window_of_a_silent_plugin_begins_when_its_message_is_due_and_leaves_room_for_one_crash()
    {
        var rules = new RetryRules { CallTimeout = TimeSpan.FromSeconds(60), Delay = TimeSpan.FromSeconds(10) };
        var first = Waiting(Create() with { Retry = rules, StartAt = Now.AddMinutes(5) });
        Assert.Equal(Now.AddMinutes(5).AddSeconds(140), first.DueAt);

        var (retried, _) = Report(first, ReportStatus.Failure, problem: Failure(ProblemCodes.Throttling) with { RetryAfter = TimeSpan.FromMinutes(9) });
        Assert.Equal(Now.AddMinutes(9).AddSeconds(140), ((OperationState.Waiting)retried).DueAt);
    }

    [Fact]
    public void F117_a_plugin_that_is_heard_of_gets_more_time_and_not_for_ever()
    {
        var waiting = Waiting(Create() with { Retry = new RetryRules { Backlog = TimeSpan.FromMinutes(30) } });

        Assert.IsType<OperationState.Waiting>(Check(waiting, waiting.DueAt.AddMinutes(29), isAlive: true));
        Assert.IsType<OperationState.Done>(Check(waiting, waiting.DueAt.AddMinutes(30), isAlive: true));
        Assert.IsType<OperationState.Done>(Check(waiting, waiting.DueAt, isAlive: false));
    }

    [Fact]
    public void F117_a_poll_that_a_living_plugin_did_not_answer_is_asked_again_and_an_operation_is_not_begun_again()
    {
        var polling = Waiting(Create() with { Retry = new RetryRules { MaxRetries = 1 } }) with { RequestId = "r", Polls = 3, Sequence = 4 };

        var (state, effects) = OperationMachine.Apply(polling, new OperationEvent.Checked(polling.DueAt, "c", Create().UpdateRow) { PluginIsAlive = true });
        Assert.Equal((2, 5, "r"), effects.OfType<OperationEffect.Send>().Select(send => (send.Attempt, send.Sequence, send.RequestId)).Single());

        // Not for ever: each spends an attempt.
        var again = (OperationState.Waiting)Check(state, polling.DueAt.AddHours(1), isAlive: true);
        Assert.Equal(3, again.Attempt);
        Assert.IsType<OperationState.Done>(Check(again, again.DueAt.AddHours(1), isAlive: true));
    }

    private static OperationState Check(OperationState state, DateTimeOffset at, bool isAlive) =>
        OperationMachine.Apply(state, new OperationEvent.Checked(at, "c", Create().UpdateRow) { PluginIsAlive = isAlive }).State;

    private static double[] Pauses(TimeSpan delay, string code)
    {
        OperationState state = Waiting(Create() with { Retry = new RetryRules { MaxRetries = 4, Delay = delay } });
        var pauses = new List<double>();
        while (state is OperationState.Waiting waiting)
        {
            (state, var effects) = Report(waiting, ReportStatus.Failure, problem: Failure(code), sequence: waiting.Sequence);
            pauses.AddRange(effects.OfType<OperationEffect.Send>().Select(send => (send.At - Now).TotalSeconds));
        }

        return [.. pauses];
    }
}
