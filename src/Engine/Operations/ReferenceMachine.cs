using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>What is known of one referenced resource within one command: read once, whoever asks.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Idle), "idle")]
[JsonDerivedType(typeof(Reading), "reading")]
[JsonDerivedType(typeof(Known), "known")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record ReferenceState
{
    private ReferenceState()
    {
    }

    public sealed record Idle : ReferenceState;

    public sealed record Reading(IReadOnlyList<string> Waiting, int Attempt, int Sequence) : ReferenceState;

    /// <param name="Properties">The whole object, as the plugin reported it; secrets are sealed.</param>
    public sealed record Known(JsonElement Properties) : ReferenceState;

    public sealed record Failed(string Reason) : ReferenceState;
}

public abstract record ReferenceEvent(DateTimeOffset At)
{
    /// <param name="At">When it was asked.</param>
    /// <param name="Consumer">The resource whose operation needs the values.</param>
    public sealed record Asked(DateTimeOffset At, string Consumer) : ReferenceEvent(At);

    public sealed record Reported(DateTimeOffset At, int Sequence, JsonElement? Properties, Problem? Problem) : ReferenceEvent(At);
}

public abstract record ReferenceEffect
{
    private ReferenceEffect()
    {
    }

    public sealed record Read(int Attempt, int Sequence, DateTimeOffset At) : ReferenceEffect;

    /// <summary>Give the values (or the reason why there are none) to these consumers.</summary>
    public sealed record Answer(IReadOnlyList<string> Consumers) : ReferenceEffect;
}

/// <summary>The life of one reference in one command: the first to ask causes one read, all who ask are answered.</summary>
public static class ReferenceMachine
{
    private static readonly ReferenceEffect[] Nothing = [];

    public static (ReferenceState State, IReadOnlyList<ReferenceEffect> Effects) Apply(ReferenceState state, ReferenceEvent happened, RetryRules retry) => (state, happened) switch
    {
        (ReferenceState.Idle, ReferenceEvent.Asked asked) => (new ReferenceState.Reading([asked.Consumer], 1, 1), [new ReferenceEffect.Read(1, 1, asked.At)]),
        (ReferenceState.Reading reading, ReferenceEvent.Asked asked) =>
            (reading.Waiting.Contains(asked.Consumer) ? reading : reading with { Waiting = [.. reading.Waiting, asked.Consumer] }, Nothing),
        (ReferenceState.Known or ReferenceState.Failed, ReferenceEvent.Asked asked) => (state, [new ReferenceEffect.Answer([asked.Consumer])]),
        (ReferenceState.Reading reading, ReferenceEvent.Reported reported) when reported.Sequence == reading.Sequence => Report(reading, reported, retry),
        _ => (state, Nothing),
    };

    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Report(ReferenceState.Reading reading, ReferenceEvent.Reported reported, RetryRules retry)
    {
        if (reported is { Problem: null, Properties: { } properties })
            return (new ReferenceState.Known(properties), [new ReferenceEffect.Answer(reading.Waiting)]);

        var problem = reported.Problem ?? new Problem { Code = ProblemCodes.UnforeseenError, Message = "The plugin read the resource and returned no properties." };
        if (!problem.IsRecoverable || problem.Code == ProblemCodes.NotFound || reading.Attempt > retry.MaxAttempts)
            return (new ReferenceState.Failed($"{problem.Code}: {problem.Message}"), [new ReferenceEffect.Answer(reading.Waiting)]);

        var next = reading with { Attempt = reading.Attempt + 1, Sequence = reading.Sequence + 1 };
        return (next, [new ReferenceEffect.Read(next.Attempt, next.Sequence, reported.At + (problem.RetryAfter ?? retry.Delay))]);
    }
}
