namespace Formae.Engine.Operations;

/// <summary>What is to be done because of an event. Each may be carried out twice and is harmless then.</summary>
public abstract record OperationEffect
{
    private OperationEffect()
    {
    }

    /// <summary>Ask the reference entities of these producers for their values.</summary>
    public sealed record Ask(IReadOnlyList<string> Producers) : OperationEffect;

    /// <summary>Send the operation itself (<paramref name="RequestId"/> null) or a status poll, to be delivered at a time.</summary>
    public sealed record Send(int Attempt, int Sequence, DateTimeOffset At, string? RequestId, string? NativeId) : OperationEffect;

    /// <summary>Write what the report says into the inventory: the operation succeeded (or, <paramref name="Late"/>, it did after it had been given up).</summary>
    public sealed record Store(bool Late) : OperationEffect;

    /// <summary>Tell the command.</summary>
    public sealed record Announce(Outcome Outcome) : OperationEffect;
}
