using System.Text.Json.Serialization;
using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests.Scripts;

/// <summary>One thing that is done to the system. It says everything that it does, so that a script means the same whatever is left out before it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Apply), "apply")]
[JsonDerivedType(typeof(Destroy), "destroy")]
[JsonDerivedType(typeof(Verify), "verify")]
[JsonDerivedType(typeof(Synchronize), "synchronize")]
[JsonDerivedType(typeof(ChangeInCloud), "change-in-cloud")]
[JsonDerivedType(typeof(DeleteInCloud), "delete-in-cloud")]
[JsonDerivedType(typeof(CreateInCloud), "create-in-cloud")]
[JsonDerivedType(typeof(SetTimeToLive), "set-ttl")]
[JsonDerivedType(typeof(CheckTimeToLive), "check-ttl")]
[JsonDerivedType(typeof(ForceReconcile), "force-reconcile")]
[JsonDerivedType(typeof(RollBack), "roll-back")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Poison), "poison")]
[JsonDerivedType(typeof(Crash), "crash")]
[JsonDerivedType(typeof(RefuseStorage), "refuse-storage")]
[JsonDerivedType(typeof(ApplyTwice), "apply-twice")]
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>What the cloud answers to the calls that this step leads to.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <param name="Stack">The stack of the document.</param>
    /// <param name="Reconciles">Reconcile mode, else patch.</param>
    /// <param name="Forces">Whether drift is overwritten.</param>
    /// <param name="Resources">What the document declares.</param>
    public sealed record Apply(int Stack, bool Reconciles, bool Forces, IReadOnlyList<Draft> Resources) : Step
    {
        public override string ToString() =>
            $"{(Reconciles ? "reconcile" : "patch")}{(Forces ? " (force)" : "")} stack {Stack}: {string.Join("; ", Resources.Select(draft => $"{draft.Slot} = {draft.Content}"))}{FaultText}";
    }

    public sealed record Destroy(int Stack, bool Cascades, IReadOnlyList<string> Labels) : Step
    {
        public override string ToString() => $"destroy{(Cascades ? " (cascade)" : "")} stack {Stack}: {string.Join(", ", Labels)}{FaultText}";
    }

    /// <summary>Wait for all commands, and look.</summary>
    public sealed record Verify : Step
    {
        public override string ToString() => "verify";
    }

    public sealed record Synchronize(bool Waits) : Step
    {
        public override string ToString() => $"synchronize{(Waits ? "" : " (without waiting)")}{FaultText}";
    }

    public sealed record ChangeInCloud(string Slot, string Value) : Step
    {
        public override string ToString() => $"somebody changes {Slot} in the cloud to {Value}";
    }

    public sealed record DeleteInCloud(string Slot) : Step
    {
        public override string ToString() => $"somebody deletes {Slot} in the cloud";
    }

    public sealed record CreateInCloud(int Count) : Step
    {
        public override string ToString() => $"somebody creates {Count} object(s) in the cloud";
    }

    public sealed record SetTimeToLive(int Stack, bool IsOver) : Step
    {
        public override string ToString() => $"the time of stack {Stack} {(IsOver ? "is over" : "ends in many years")}";
    }

    public sealed record CheckTimeToLive : Step
    {
        public override string ToString() => "check the times to live";
    }

    public sealed record ForceReconcile(int Stack) : Step
    {
        public override string ToString() => $"put stack {Stack} back to its last reconcile";
    }

    /// <param name="Back">How many commands before the last one of the stack.</param>
    public sealed record RollBack(int Stack, int Back) : Step
    {
        public override string ToString() => $"roll stack {Stack} back by {Back}";
    }

    /// <summary>The newest command that runs.</summary>
    public sealed record Cancel(bool Forces) : Step
    {
        public override string ToString() => $"cancel{(Forces ? " (force)" : "")}";
    }

    /// <summary>A message that nobody can read, or that somebody has made up, comes to a queue: it becomes a dead letter, and nothing else comes of it.</summary>
    public sealed record Poison(PoisonedQueue Queue) : Step
    {
        public override string ToString() => $"poison for {Queue.ToString().ToLowerInvariant()}";
    }

    /// <param name="Victim">Whose process is killed; in one process everything is stopped in the middle.</param>
    /// <param name="AfterMessages">Not before so many messages went to plugins since the step before, unless nothing runs any more.</param>
    public sealed record Crash(Victim Victim, int AfterMessages) : Step
    {
        public override string ToString() => $"kill the {Victim.ToString().ToLowerInvariant()} after {AfterMessages} message(s)";
    }

    /// <summary>What the control plane next asks of its tables by itself is refused; whoever asks it from outside gets an answer.</summary>
    /// <param name="Status">403, 412 (of what is to be written only over what was seen) or 503.</param>
    /// <param name="Times">How many requests.</param>
    public sealed record RefuseStorage(int Status, int Times) : Step
    {
        public override string ToString() => $"storage answers {Status} {Times} time(s)";
    }

    /// <summary>An apply that hears of none of its creates in time and gives them up, and the same once more. What the first one made is told while the second one runs, or before.</summary>
    /// <param name="Order">The apply.</param>
    /// <param name="IsToldBefore">Whether the late reports come before the second apply.</param>
    public sealed record ApplyTwice(Apply Order, bool IsToldBefore) : Step
    {
        public override string ToString() => $"{Order}, whose creates are told of after they were given up{(IsToldBefore ? "" : ", and after the same is asked for again")}; the same again{FaultText}";
    }

    private string FaultText => Faults.Count == 0 ? "" : $" | {string.Join("; ", Faults)}";
}

[JsonConverter(typeof(JsonStringEnumConverter<Victim>))]
internal enum Victim
{
    Coordinator,
    Bus,
    Plugin,
}

[JsonConverter(typeof(JsonStringEnumConverter<PoisonedQueue>))]
internal enum PoisonedQueue
{
    Requests,
    Reports,
    Announcements,
}

/// <summary>A resource of a document.</summary>
internal sealed record Draft(string Slot, Content Content);

/// <summary>What the next calls of a verb on an object answer, one code each; afterwards calls go through.</summary>
internal sealed record Fault(string Slot, OperationVerb Verb, IReadOnlyList<string> Codes)
{
    /// <summary>No problem, only late.</summary>
    public const string Slow = "slow";

    public override string ToString() => $"{Verb} of {Slot} answers {string.Join(", ", Codes)}";
}
