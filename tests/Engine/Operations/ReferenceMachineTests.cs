using System.Reflection;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Operations;
using Formae.Model;

namespace Formae.Engine.Tests.Operations;

public sealed class ReferenceMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetryRules Rules = new() { MaxRetries = 1 };
    private static readonly JsonElement Properties = JsonElement.Parse("""{"Id":"x"}""");

    [Fact]
    public void F123_whoever_asks_first_causes_one_read_and_all_are_answered()
    {
        var (state, effects) = Apply(new ReferenceState.Idle(), Asked("a"));
        Assert.Equal(new ReferenceEffect.Read(1, 1, Now), Assert.Single(effects));
        (state, effects) = Apply(state, Asked("b"));
        Assert.Empty(effects);

        (state, effects) = Apply(state, Reported(1));

        Assert.Equal(["a", "b"], Assert.IsType<ReferenceEffect.Answer>(Assert.Single(effects)).Consumers);
        (_, effects) = Apply(state, Asked("c"));
        Assert.Equal(["c"], Assert.IsType<ReferenceEffect.Answer>(Assert.Single(effects)).Consumers);
    }

    [Fact]
    public void A_read_that_is_overdue_when_somebody_asks_again_is_sent_once_more()
    {
        var (state, _) = Apply(new ReferenceState.Idle(), Asked("a"));
        (state, var effects) = Apply(state, Asked("a", Now.AddSeconds(30)));
        Assert.Empty(effects);

        (state, effects) = Apply(state, Asked("a", Now.AddSeconds(90)));
        Assert.Equal(new ReferenceEffect.Read(1, 2, Now.AddSeconds(90)), Assert.Single(effects));
        (_, effects) = Apply(state, Reported(1));
        Assert.Empty(effects);
        (_, effects) = Apply(state, Reported(2));
        Assert.Equal(["a"], Assert.IsType<ReferenceEffect.Answer>(Assert.Single(effects)).Consumers);
    }

    [Fact]
    public void What_is_read_again_after_it_was_forgotten_is_asked_for_by_a_message_of_another_name()
    {
        var sequences = new HashSet<int>();
        for (var life = 0; life < 4; life++)
        {
            var now = Now.AddHours(life);
            var (state, effects) = Apply(new ReferenceState.Idle(), Asked("a", now));
            for (var read = 0; read < 12; read++)
            {
                Assert.True(sequences.Add(Assert.IsType<ReferenceEffect.Read>(Assert.Single(effects)).Sequence));
                (state, effects) = Apply(state, Asked("a", now += TimeSpan.FromMinutes(2)));
            }
        }
    }

    [Fact]
    public void However_many_ask_only_so_many_are_remembered_and_the_others_ask_once_more()
    {
        var references = new Dictionary<string, string[]> { ["reads"] = [], ["resolves first"] = ["p"] };
        foreach (var first in references.Values)
        {
            var (state, _) = Apply(new ReferenceState.Idle(), new ReferenceEvent.Asked(Now, "0", first));
            for (var consumer = 1; consumer < ReferenceMachine.MostWaiting; consumer++)
                (state, _) = Apply(state, Asked($"{consumer}"));
            var size = JsonSerializer.Serialize(state).Length;

            (state, var effects) = Apply(state, Asked("late"));

            var later = Assert.IsType<ReferenceEffect.AskLater>(Assert.Single(effects));
            Assert.Equal("late", later.Consumer);
            Assert.True(later.At > Now);
            Assert.Equal(size, JsonSerializer.Serialize(state).Length);
            Assert.DoesNotContain(Apply(state, Asked("7")).Effects, effect => effect is ReferenceEffect.AskLater);
        }
    }

    [Fact]
    public void A_read_that_needs_values_itself_asks_for_them_first()
    {
        var (state, effects) = Apply(new ReferenceState.Idle(), new ReferenceEvent.Asked(Now, "a", ["p", "q"]));
        Assert.Equal(["p", "q"], Assert.IsType<ReferenceEffect.Ask>(Assert.Single(effects)).Producers);
        (state, effects) = Apply(state, Asked("b"));
        Assert.Empty(effects);

        (state, effects) = Apply(state, new ReferenceEvent.Resolved(Now, "q"));
        Assert.Empty(effects);
        (state, effects) = Apply(state, Asked("a"));
        Assert.Equal(["p"], Assert.IsType<ReferenceEffect.Ask>(Assert.Single(effects)).Producers);
        (state, effects) = Apply(state, new ReferenceEvent.Resolved(Now, "p"));

        Assert.IsType<ReferenceEffect.Read>(Assert.Single(effects));
        Assert.Equal(["a", "b"], Assert.IsType<ReferenceState.Reading>(state).Waiting);
    }

    [Fact]
    public void What_cannot_be_had_for_the_read_fails_it_for_all()
    {
        var (state, _) = Apply(new ReferenceState.Idle(), new ReferenceEvent.Asked(Now, "a", ["p"]));

        (state, var effects) = Apply(state, new ReferenceEvent.Unresolved(Now, "p", "gone"));

        Assert.Equal("gone", Assert.IsType<ReferenceState.Failed>(state).Reason);
        Assert.Equal(["a"], Assert.IsType<ReferenceEffect.Answer>(Assert.Single(effects)).Consumers);
    }

    [Fact]
    public void A_passing_failure_is_tried_again_and_a_lasting_one_is_told()
    {
        var (state, _) = Apply(new ReferenceState.Idle(), Asked("a"));
        (state, var effects) = Apply(state, Failed(1, ProblemCodes.ServiceInternalError));
        Assert.Equal(new ReferenceEffect.Read(2, 2, Now + Rules.Delay), Assert.Single(effects));

        (state, effects) = Apply(state, Failed(2, ProblemCodes.AccessDenied));

        Assert.Equal("AccessDenied: no", Assert.IsType<ReferenceState.Failed>(state).Reason);
        Assert.IsType<ReferenceEffect.Answer>(Assert.Single(effects));
    }

    [Fact]
    public void A_throttled_read_waits_longer_each_time_and_never_less_than_others_do()
    {
        var rules = new RetryRules { MaxRetries = 4, Delay = TimeSpan.FromSeconds(5) };
        Assert.Equal([5.0, 10.0, 20.0, 30.0], Pauses(ProblemCodes.Throttling, null));
        Assert.Equal([5.0, 5.0, 5.0, 5.0], Pauses(ProblemCodes.ServiceInternalError, TimeSpan.Zero));

        List<double> Pauses(string code, TimeSpan? retryAfter)
        {
            var pauses = new List<double>();
            var (state, effects) = ReferenceMachine.Apply(new ReferenceState.Idle(), Asked("a"), rules);
            for (var sequence = 1; sequence <= 4; sequence++)
            {
                (state, effects) = ReferenceMachine.Apply(state, new ReferenceEvent.Reported(Now, sequence, null, new Problem { Code = code, Message = "no", RetryAfter = retryAfter }), rules);
                pauses.Add((Assert.IsType<ReferenceEffect.Read>(Assert.Single(effects)).At - Now).TotalSeconds);
            }

            return pauses;
        }
    }

    [Fact]
    public void However_reads_are_lost_doubled_and_reordered_all_who_ask_hear_the_same() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var chance = new Random(seed);
        var time = Now;
        var reads = new List<ReferenceEffect.Read>();
        var asked = new HashSet<string>();
        var answers = new List<(string Consumer, ReferenceState Said)>();
        ReferenceState state = new ReferenceState.Idle();
        for (var step = 0; step < 40; step++)
        {
            time = time.AddSeconds(chance.Next(0, 60));
            if (reads.Count == 0 || chance.Next(4) == 0)
            {
                var consumer = $"consumer-{chance.Next(4)}";
                asked.Add(consumer);
                Happen(Asked(consumer, time));
                continue;
            }

            var read = reads[chance.Next(reads.Count)];
            if (chance.Next(4) > 0)
                reads.Remove(read);
            if (chance.Next(4) > 0)
                Happen(chance.Next(3) == 0 ? Reported(read.Sequence) : Failed(read.Sequence, chance.Next(4) == 0 ? ProblemCodes.AccessDenied : ProblemCodes.Throttling));
        }

        // Asked again when it is overdue, it reads again; and an answer that comes is for all.
        for (var round = 0; round < 10 && state is ReferenceState.Reading reading; round++)
        {
            time = (reading.DueAt > time ? reading.DueAt : time).AddSeconds(1);
            Happen(Asked("consumer-0", time));
            Happen(Reported(((ReferenceState.Reading)state).Sequence));
        }

        return state is ReferenceState.Known or ReferenceState.Failed
            && asked.IsSubsetOf(answers.Select(answer => answer.Consumer).Append("consumer-0"))
            && answers.TrueForAll(answer => ReferenceEquals(answer.Said, state));

        void Happen(ReferenceEvent happened)
        {
            (state, var effects) = Apply(state, happened);
            reads.AddRange(effects.OfType<ReferenceEffect.Read>());
            answers.AddRange(effects.OfType<ReferenceEffect.Answer>().SelectMany(answer => answer.Consumers).Select(consumer => (consumer, state)));
        }
    }).Check(PropertyCases.Of(2000));

    [Fact]
    public void Every_state_takes_every_event_and_survives_storage()
    {
        ReferenceState[] states = [new ReferenceState.Idle(), new ReferenceState.Resolving(["a"], ["p"]), new ReferenceState.Reading(["a"], 1, 1, Now), new ReferenceState.Known(Properties), new ReferenceState.Failed("no")];
        ReferenceEvent[] events = [Asked("a"), new ReferenceEvent.Resolved(Now, "p"), new ReferenceEvent.Unresolved(Now, "p", "no"), Reported(1), Failed(1, ProblemCodes.Throttling)];
        Assert.Equal(Cases(typeof(ReferenceState)), states.Select(state => state.GetType()).ToHashSet());
        Assert.Equal(Cases(typeof(ReferenceEvent)), events.Select(happened => happened.GetType()).ToHashSet());

        foreach (var state in states)
        {
            var text = JsonSerializer.Serialize(state);
            Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize<ReferenceState>(text)));
            foreach (var happened in events)
            {
                var (next, _) = Apply(state, happened);
                if (state is ReferenceState.Known or ReferenceState.Failed)
                    Assert.Same(state, next);
            }
        }
    }

    private static (ReferenceState State, IReadOnlyList<ReferenceEffect> Effects) Apply(ReferenceState state, ReferenceEvent happened) => ReferenceMachine.Apply(state, happened, Rules);

    private static ReferenceEvent Asked(string consumer, DateTimeOffset? at = null) => new ReferenceEvent.Asked(at ?? Now, consumer, []);

    private static ReferenceEvent Reported(int sequence) => new ReferenceEvent.Reported(Now, sequence, Properties, null);

    private static ReferenceEvent Failed(int sequence, string code) => new ReferenceEvent.Reported(Now, sequence, null, new Problem { Code = code, Message = "no" });

    private static HashSet<Type> Cases(Type family) => [.. family.GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(family))];
}
