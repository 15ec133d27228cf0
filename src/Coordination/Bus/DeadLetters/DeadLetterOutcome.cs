namespace Formae.Coordination.Bus.DeadLetters;

/// <summary>What came of taking a dead letter.</summary>
public abstract record DeadLetterOutcome
{
    private DeadLetterOutcome()
    {
    }

    /// <summary>It was sent again, or dropped.</summary>
    public sealed record Done(Protocol.Http.DeadLetter Letter) : DeadLetterOutcome;

    /// <summary>There is no such letter, or no such queue.</summary>
    public sealed record Missing : DeadLetterOutcome;

    /// <summary>It stays where it is, and asking again changes nothing.</summary>
    public sealed record Refused(string Reason) : DeadLetterOutcome;

    /// <summary>It is there, and could not be taken now.</summary>
    public sealed record Busy(string Reason) : DeadLetterOutcome;
}
