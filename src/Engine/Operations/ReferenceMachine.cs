using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>What is known of one referenced resource within one command: read once, whoever asks.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Idle), "idle")]
[JsonDerivedType(typeof(Resolving), "resolving")]
[JsonDerivedType(typeof(Reading), "reading")]
[JsonDerivedType(typeof(Known), "known")]
[JsonDerivedType(typeof(Failed), "failed")]
public abstract record ReferenceState
{
    private ReferenceState()
    {
    }

    public sealed record Idle : ReferenceState;

    /// <summary>The read itself needs values first: secrets that the config of the resource's target refers to.</summary>
    public sealed record Resolving(IReadOnlyList<string> Waiting, IReadOnlyList<string> Missing) : ReferenceState;

    /// <param name="Waiting">The consumers to be answered.</param>
    /// <param name="Attempt">From 1.</param>
    /// <param name="Sequence">The message whose report is waited for.</param>
    /// <param name="DueAt">When the report should have come at the latest.</param>
    public sealed record Reading(IReadOnlyList<string> Waiting, int Attempt, int Sequence, DateTimeOffset DueAt) : ReferenceState;

    /// <param name="Properties">The whole object, as the plugin reported it; secrets are sealed.</param>
    public sealed record Known(JsonElement Properties) : ReferenceState;

    public sealed record Failed(string Reason) : ReferenceState;
}

public abstract record ReferenceEvent(DateTimeOffset At)
{
    /// <param name="At">When it was asked.</param>
    /// <param name="Consumer">Who needs the values; asks again while it waits.</param>
    /// <param name="References">The producers whose values the read itself needs.</param>
    public sealed record Asked(DateTimeOffset At, string Consumer, IReadOnlyList<string> References) : ReferenceEvent(At);

    public sealed record Resolved(DateTimeOffset At, string Producer) : ReferenceEvent(At);

    public sealed record Unresolved(DateTimeOffset At, string Producer, string Reason) : ReferenceEvent(At);

    public sealed record Reported(DateTimeOffset At, int Sequence, JsonElement? Properties, Problem? Problem) : ReferenceEvent(At);
}

public abstract record ReferenceEffect
{
    private ReferenceEffect()
    {
    }

    /// <summary>Ask the reference entities of these producers for their values.</summary>
    public sealed record Ask(IReadOnlyList<string> Producers) : ReferenceEffect;

    public sealed record Read(int Attempt, int Sequence, DateTimeOffset At) : ReferenceEffect;

    /// <summary>Too many wait already: let this one ask once more then.</summary>
    public sealed record AskLater(string Consumer, DateTimeOffset At) : ReferenceEffect;

    /// <summary>Give the values (or the reason why there are none) to these consumers.</summary>
    public sealed record Answer(IReadOnlyList<string> Consumers) : ReferenceEffect;
}

/// <summary>
/// The life of one reference in one command: the first to ask causes one read, all who ask are answered. Who is asked again for what is overdue reads again:
/// the message or its report was lost.
/// </summary>
public static class ReferenceMachine
{
    /// <summary>So many are remembered; all of them are written down with every further one.</summary>
    public const int MostWaiting = 1000;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LaterBy = TimeSpan.FromSeconds(5);
    private static readonly ReferenceEffect[] Nothing = [];

    /// <summary>Before the first read of all.</summary>
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static (ReferenceState State, IReadOnlyList<ReferenceEffect> Effects) Apply(ReferenceState state, ReferenceEvent happened, RetryRules retry) => (state, happened) switch
    {
        (ReferenceState.Idle, ReferenceEvent.Asked { References: [] } asked) => Begin([asked.Consumer], asked.At, retry),
        (ReferenceState.Idle, ReferenceEvent.Asked asked) => (new ReferenceState.Resolving([asked.Consumer], asked.References), [new ReferenceEffect.Ask(asked.References)]),
        (ReferenceState.Resolving resolving, ReferenceEvent.Asked asked) => resolving.Waiting.Contains(asked.Consumer)
            ? (resolving, [new ReferenceEffect.Ask(resolving.Missing)])
            : resolving.Waiting.Count >= MostWaiting ? (resolving, [LaterOf(asked)])
            : (resolving with { Waiting = [.. resolving.Waiting, asked.Consumer] }, Nothing),
        (ReferenceState.Resolving resolving, ReferenceEvent.Resolved resolved) => Resolve(resolving, resolved, retry),
        (ReferenceState.Resolving resolving, ReferenceEvent.Unresolved unresolved) when resolving.Missing.Contains(unresolved.Producer) =>
            (new ReferenceState.Failed(unresolved.Reason), [new ReferenceEffect.Answer(resolving.Waiting)]),
        (ReferenceState.Reading reading, ReferenceEvent.Asked asked) => Ask(reading, asked, retry),
        (ReferenceState.Known or ReferenceState.Failed, ReferenceEvent.Asked asked) => (state, [new ReferenceEffect.Answer([asked.Consumer])]),
        (ReferenceState.Reading reading, ReferenceEvent.Reported reported) when reported.Sequence == reading.Sequence => Report(reading, reported, retry),
        _ => (state, Nothing),
    };

    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Resolve(ReferenceState.Resolving resolving, ReferenceEvent.Resolved resolved, RetryRules retry)
    {
        string[] missing = [.. resolving.Missing.Where(producer => producer != resolved.Producer)];
        return missing.Length > 0 ? (resolving with { Missing = missing }, Nothing) : Begin(resolving.Waiting, resolved.At, retry);
    }

    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Ask(ReferenceState.Reading reading, ReferenceEvent.Asked asked, RetryRules retry)
    {
        var isKnown = reading.Waiting.Contains(asked.Consumer);
        var isLater = !isKnown && reading.Waiting.Count >= MostWaiting;
        var waiting = isKnown || isLater ? reading.Waiting : [.. reading.Waiting, asked.Consumer];
        var (state, effects) = asked.At >= reading.DueAt ? Read(waiting, reading.Attempt, reading.Sequence + 1, asked.At, retry) : (reading with { Waiting = waiting }, Nothing);
        return (state, isLater ? [.. effects, LaterOf(asked)] : effects);
    }

    private static ReferenceEffect.AskLater LaterOf(ReferenceEvent.Asked asked) => new(asked.Consumer, asked.At + LaterBy);

    /// <summary>
    /// What is known is forgotten after a while and read again if it is still needed. The bus drops a message of a name that it has seen lately, so the messages of this time
    /// must not be called like those of the time before.
    /// </summary>
    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Begin(IReadOnlyList<string> waiting, DateTimeOffset at, RetryRules retry) =>
        Read(waiting, 1, 1 + (int)(at - Beginning).TotalSeconds, at, retry);

    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Report(ReferenceState.Reading reading, ReferenceEvent.Reported reported, RetryRules retry)
    {
        if (reported is { Problem: null, Properties: { } properties })
            return (new ReferenceState.Known(properties), [new ReferenceEffect.Answer(reading.Waiting)]);

        var problem = reported.Problem ?? new Problem { Code = ProblemCodes.UnforeseenError, Message = "The plugin read the resource and returned no properties." };
        if (!problem.IsRecoverable || problem.Code == ProblemCodes.NotFound || reading.Attempt > retry.MaxAttempts)
            return (new ReferenceState.Failed($"{problem.Code}: {problem.Message}"), [new ReferenceEffect.Answer(reading.Waiting)]);
        return Read(reading.Waiting, reading.Attempt + 1, reading.Sequence + 1, reported.At + retry.PauseAfter(reading.Attempt, problem), retry);
    }

    private static (ReferenceState, IReadOnlyList<ReferenceEffect>) Read(IReadOnlyList<string> waiting, int attempt, int sequence, DateTimeOffset at, RetryRules retry) =>
        (new ReferenceState.Reading(waiting, attempt, sequence, at + retry.CallTimeout + Margin), [new ReferenceEffect.Read(attempt, sequence, at)]);
}
