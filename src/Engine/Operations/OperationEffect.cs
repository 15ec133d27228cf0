using Formae.Model;

namespace Formae.Engine.Operations;

/// <summary>What is to be done because of an event. Each may be carried out twice and is harmless then.</summary>
public abstract record OperationEffect
{
    private OperationEffect()
    {
    }

    /// <summary>Ask the reference entities of these producers for their values.</summary>
    public sealed record Ask(IReadOnlyList<string> Producers) : OperationEffect;

    /// <summary>
    /// Send the operation itself (<paramref name="RequestId"/> null) or a status poll, to be delivered at a time. <paramref name="Doubt"/>: what
    /// may have come of earlier attempts.
    /// </summary>
    public sealed record Send(int Attempt, int Sequence, DateTimeOffset At, string? RequestId, string? NativeId, Doubt Doubt) : OperationEffect;

    /// <summary>Take back the message that was sent last, if the bus has not delivered it yet: nobody wants done any more what it asks for.</summary>
    public sealed record Withdraw : OperationEffect;

    /// <summary>Come back to it then: nobody else looks after what was abandoned.</summary>
    public sealed record Remind(DateTimeOffset At) : OperationEffect;

    /// <summary>Write what the report says of this update into the inventory.</summary>
    public sealed record Store(StoreAs As, string CommandId, string Row) : OperationEffect;

    /// <summary>Let people see how it stands: it goes on, with this attempt, after this failure or with what the plugin says of its progress.</summary>
    public sealed record Tell(int Attempt, int MaxAttempts, string? Message, string? Error, DateTimeOffset At) : OperationEffect;

    /// <summary>Tell the command.</summary>
    public sealed record Announce(Outcome Outcome) : OperationEffect;
}

/// <summary>What a success that is written means.</summary>
public enum StoreAs
{
    /// <summary>The operation did what it was to do.</summary>
    Result,

    /// <summary>A create that had been given up did come to its end: the resource is there after all.</summary>
    Late,

    /// <summary>A create whose command was canceled did come to its end: an object is there that nobody manages.</summary>
    Abandoned,

    /// <summary>One create has made a second object: its message was delivered twice.</summary>
    Second,
}
