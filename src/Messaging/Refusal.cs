namespace Formae.Messaging;

/// <summary>Why a message was refused. The name is the reason of its dead letter, and stays.</summary>
public enum RefusalReason
{
    /// <summary>Its body is not what its kind has.</summary>
    Unreadable,

    /// <summary>Its subject is not what this queue takes.</summary>
    UnknownKind,

    /// <summary>It was signed for another queue.</summary>
    WrongQueue,

    /// <summary>It has no signature, or one that does not fit it.</summary>
    WrongSignature,

    /// <summary>It was signed with a key that is not known here.</summary>
    UnknownKey,

    /// <summary>It is too old.</summary>
    Expired,

    /// <summary>Its time is in the future.</summary>
    NotYetValid,

    /// <summary>It is written in a contract that is not spoken here.</summary>
    ContractMismatch,

    /// <summary>It is a claim, and what it claims is gone or something else.</summary>
    PayloadMissing,

    /// <summary>It was delivered again and again, and each time something broke.</summary>
    Repeats,
}

/// <summary>A message is not taken. It belongs among the dead letters.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Description">What is wrong with it, and what to do.</param>
public sealed record Refusal(RefusalReason Reason, string Description);

/// <summary>What came of reading a message.</summary>
public abstract record Reading<T> where T : class
{
    private Reading()
    {
    }

    /// <summary>It is what it says it is.</summary>
    /// <param name="Body">Its body.</param>
    /// <param name="At">The time from which it is valid: when it was sent, or was to be delivered.</param>
    /// <param name="Payload">Where its body was left; null when it came in the message.</param>
    public sealed record Accepted(T Body, DateTimeOffset At, Protocol.Bus.PayloadClaim? Payload) : Reading<T>;

    /// <summary>It must not be acted upon.</summary>
    public sealed record Refused(Refusal Refusal) : Reading<T>;
}
