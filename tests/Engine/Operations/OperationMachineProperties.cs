using System.Reflection;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Operations;
using Formae.Model;
using Outcome = Formae.Engine.Operations.Outcome;

namespace Formae.Engine.Tests.Operations;

/// <summary>Whatever arrives in whatever order: the machine takes it, announces at most one outcome per operation, and never leaves a final state.</summary>
public sealed class OperationMachineProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_state_takes_every_event()
    {
        var operation = OperationMachineTests.Create();
        OperationState[] states =
        [
            new OperationState.Idle(),
            new OperationState.Resolving(operation, ["p"], Start, Start),
            OperationMachineTests.Waiting(operation),
            new OperationState.Done(operation, new Outcome { State = OutcomeState.Failed }),
            new OperationState.Done(operation, new Outcome { State = OutcomeState.Canceled }) { Abandoned = OperationMachineTests.Waiting(operation) },
        ];
        var events = Enumerable.Range(0, 80).Select(number => Event(number, 1, Start)).Append(new OperationEvent.Unusable(Start, operation, "because")).Append(new OperationEvent.NotSent(Start, operation.CommandId, operation.UpdateRow, "because")).Append(new OperationEvent.Canceled(Start, operation.CommandId, operation.UpdateRow)).Append(new OperationEvent.Reminded(Start, operation.CommandId, operation.UpdateRow) { PluginIsAlive = true }).ToArray();
        Assert.Equal(Cases(typeof(OperationState)), states.Select(state => state.GetType()).ToHashSet());
        Assert.Equal(Cases(typeof(OperationEvent)), events.Select(happened => happened.GetType()).ToHashSet());

        foreach (var state in states)
        {
            foreach (var happened in events)
            {
                var (next, effects) = OperationMachine.Apply(state, happened);
                Assert.NotNull(next);
                Assert.NotNull(effects);
            }
        }
    }

    [Fact]
    public void An_outcome_never_changes_once_it_was_announced() => Prop.ForAll(Histories(), history =>
    {
        OperationState state = new OperationState.Idle();
        Outcome? first = null;
        var time = Start;
        foreach (var (number, sequence) in history)
        {
            time = time.AddSeconds(1);
            (state, var effects) = OperationMachine.Apply(state, Event(number, sequence, time));
            foreach (var announced in effects.OfType<OperationEffect.Announce>())
            {
                first ??= announced.Outcome;
                if (!announced.Outcome.Equals(first))
                    return false;
            }

            if (first is not null && state is not OperationState.Done)
                return false;
        }

        return true;
    }).Check(PropertyCases.Of(2000));

    [Fact]
    public void Every_state_survives_storage() => Prop.ForAll(Histories(), history =>
    {
        OperationState state = new OperationState.Idle();
        foreach (var (number, sequence) in history)
        {
            (state, _) = OperationMachine.Apply(state, Event(number, sequence, Start));
            var text = JsonSerializer.Serialize(state);
            if (text != JsonSerializer.Serialize(JsonSerializer.Deserialize<OperationState>(text)))
                return false;
        }

        return true;
    }).Check(PropertyCases.Of(500));

    [Fact]
    public void What_a_create_makes_is_stored_once_whenever_it_is_heard_of() => Prop.ForAll(Histories(), history =>
    {
        OperationState state = new OperationState.Idle();
        var stored = new List<(string CommandId, string? NativeId)>();
        foreach (var (number, sequence) in history)
        {
            var before = state;
            var happened = Event(number, sequence, Start);
            (state, var effects) = OperationMachine.Apply(state, happened);
            var stores = effects.OfType<OperationEffect.Store>().Count();
            if (happened is not OperationEvent.Reported { Report: { Kind: OperationKind.Create, Status: ReportStatus.Success } report })
            {
                if (stores > 0)
                    return false;
                continue;
            }

            // Nothing can have been made of what was never asked for, or is still waiting for its references.
            if (before is OperationState.Idle || (before is OperationState.Resolving resolving && resolving.Operation.CommandId == report.CommandId))
                continue;
            var isKnown = report.CommandId == before.Current!.CommandId && stored.Contains((report.CommandId, report.NativeId));
            if (stores > 1 || (stores == 0 && !isKnown))
                return false;
            if (stores == 1)
                stored.Add((report.CommandId, report.NativeId));
        }

        return true;
    }).Check(PropertyCases.Of(2000));

    [Fact]
    public void However_messages_are_lost_doubled_and_reordered_an_operation_ends_once() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var chance = new Random(seed);
        var time = Start;
        var requests = new List<OperationEffect.Send>();
        var outcomes = new List<Outcome>();
        OperationState state = new OperationState.Idle();
        Happen(new OperationEvent.Begun(time, Operation, []));
        for (var step = 0; step < 60; step++)
        {
            time = time.AddSeconds(chance.Next(0, 40));
            if (chance.Next(12) == 0)
                Happen(new OperationEvent.Begun(time, Operation, []));
            if (chance.Next(12) == 0)
                Happen(new OperationEvent.Checked(time, Operation.CommandId, Operation.UpdateRow) { PluginIsAlive = chance.Next(2) == 0 });
            if (chance.Next(60) == 0)
                Happen(new OperationEvent.Canceled(time, Operation.CommandId, Operation.UpdateRow));
            if (requests.Count == 0)
                continue;

            // Any of the messages under way, now, once more later, or never.
            var request = requests[chance.Next(requests.Count)];
            if (chance.Next(4) > 0)
                requests.Remove(request);
            if (chance.Next(5) > 0)
                Happen(new OperationEvent.Reported(time, AnswerTo(request, chance)));
        }

        Happen(new OperationEvent.Checked(time.AddDays(2), Operation.CommandId, Operation.UpdateRow));
        return state is OperationState.Done done && outcomes.TrueForAll(outcome => outcome == done.Outcome);

        void Happen(OperationEvent happened)
        {
            (state, var effects) = OperationMachine.Apply(state, happened);
            requests.AddRange(effects.OfType<OperationEffect.Send>());
            outcomes.AddRange(effects.OfType<OperationEffect.Announce>().Select(announced => announced.Outcome));
        }
    }).Check(PropertyCases.Of(2000));

    private static readonly Operation Operation = OperationMachineTests.Create() with { Retry = new RetryRules { MaxRetries = 3 } };

    private static Report AnswerTo(OperationEffect.Send request, Random chance)
    {
        string[] codes = [ProblemCodes.Throttling, ProblemCodes.NetworkFailure, ProblemCodes.ResourceConflict, ProblemCodes.AccessDenied];
        var status = (ReportStatus)chance.Next(0, 3);
        return new Report
        {
            CommandId = Operation.CommandId,
            Row = Operation.UpdateRow,
            Kind = Operation.Kind,
            IsPoll = request.RequestId is not null,
            CallFailed = chance.Next(2) == 0,
            Sequence = request.Sequence,
            Status = status,
            NativeId = status == ReportStatus.Success ? $"n-{chance.Next(2)}" : null,
            RequestId = status == ReportStatus.InProgress ? "r" : null,
            Problem = status == ReportStatus.Failure ? new Problem { Code = codes[Math.Min(chance.Next(12), 3)], Message = "no" } : null,
        };
    }

    private static Arbitrary<(int Number, int Sequence)[]> Histories() =>
        (from number in Gen.Choose(0, 79) from sequence in Gen.Choose(1, 5) select (number, sequence)).ArrayOf().ToArbitrary();

    private static OperationEvent Event(int number, int sequence, DateTimeOffset at)
    {
        var operation = OperationMachineTests.Create() with { Retry = new RetryRules { MaxRetries = 1 } };
        string[] codes = [ProblemCodes.Throttling, ProblemCodes.AccessDenied, ProblemCodes.NotFound, ProblemCodes.ServiceTimeout];
        return (number % 10) switch
        {
            0 => new OperationEvent.Begun(at, operation, number < 40 ? [] : ["p"]),
            1 => new OperationEvent.ReferenceResolved(at, "c", "p"),
            2 => new OperationEvent.ReferenceFailed(at, "c", "p", "reason"),
            3 => new OperationEvent.Checked(number < 40 ? at : at.AddDays(1), "c", operation.UpdateRow),
            4 when number < 20 => new OperationEvent.Canceled(at, "c", operation.UpdateRow),
            4 when number > 60 => new OperationEvent.Reminded(at.AddHours(1), "c", operation.UpdateRow) { PluginIsAlive = true },
            _ => new OperationEvent.Reported(at, new Report
            {
                CommandId = number < 75 ? "c" : "other",
                Row = operation.UpdateRow,
                Kind = OperationKind.Create,
                IsPoll = number % 3 == 0,
                CallFailed = number % 7 == 0,
                Sequence = sequence,
                Status = (ReportStatus)(number % 4),
                NativeId = $"n-{number % 2}",
                RequestId = number % 5 == 0 ? null : "r",
                Problem = new Problem { Code = codes[number % codes.Length], Message = "no" },
                IsTruncated = number % 11 == 0,
                IsUnserved = number % 13 == 0,
            }),
        };
    }

    private static HashSet<Type> Cases(Type family) => [.. family.GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(family))];
}
