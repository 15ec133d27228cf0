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
        ];
        var events = Enumerable.Range(0, 40).Select(number => Event(number, 1, Start)).Append(new OperationEvent.Unusable(Start, operation, "because")).Append(new OperationEvent.NotSent(Start, operation.CommandId, operation.UpdateRow, "because")).Append(new OperationEvent.Canceled(Start, operation.CommandId, operation.UpdateRow)).ToArray();
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
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

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
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Arbitrary<(int Number, int Sequence)[]> Histories() =>
        (from number in Gen.Choose(0, 39) from sequence in Gen.Choose(1, 5) select (number, sequence)).ArrayOf().ToArbitrary();

    private static OperationEvent Event(int number, int sequence, DateTimeOffset at)
    {
        var operation = OperationMachineTests.Create() with { Retry = new RetryRules { MaxRetries = 1 } };
        string[] codes = [ProblemCodes.Throttling, ProblemCodes.AccessDenied, ProblemCodes.NotFound, ProblemCodes.ServiceTimeout];
        return (number % 8) switch
        {
            0 => new OperationEvent.Begun(at, operation, number < 20 ? [] : ["p"]),
            1 => new OperationEvent.ReferenceResolved(at, "c", "p"),
            2 => new OperationEvent.ReferenceFailed(at, "c", "p", "reason"),
            3 => new OperationEvent.Checked(number < 20 ? at : at.AddDays(1), "c", operation.UpdateRow),
            _ => new OperationEvent.Reported(at, new Report
            {
                CommandId = number < 36 ? "c" : "other",
                Row = operation.UpdateRow,
                Kind = OperationKind.Create,
                IsPoll = number % 3 == 0,
                Sequence = sequence,
                Status = (ReportStatus)(number % 4),
                RequestId = number % 5 == 0 ? null : "r",
                Problem = new Problem { Code = codes[number % codes.Length], Message = "no" },
            }),
        };
    }

    private static HashSet<Type> Cases(Type family) => [.. family.GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(family))];
}
