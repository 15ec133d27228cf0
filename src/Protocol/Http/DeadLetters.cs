namespace Formae.Protocol.Http;

/// <summary>A page of dead letters.</summary>
public sealed record DeadLetterList
{
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>What to send as <c>continuation</c> for the next page; absent on the last.</summary>
    public string? Next { get; init; }
}

/// <summary>A message that nobody took. Its body is told in a sentence, never with properties.</summary>
public sealed record DeadLetter
{
    /// <summary>The queue that it was sent to.</summary>
    public string Queue { get; init; } = "";

    /// <summary>Names it among the dead letters of its queue.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>Why: one of the reasons of docs/errors.md, or one of the bus itself.</summary>
    public string Reason { get; init; } = "";

    public string? Description { get; init; }

    /// <summary>When it was sent, or came due.</summary>
    public DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>What kind of message it says it is.</summary>
    public string? Subject { get; init; }

    public string? MessageId { get; init; }

    /// <summary>The operation that it belongs to.</summary>
    public string? OperationId { get; init; }

    /// <summary>Bytes of its body.</summary>
    public long Size { get; init; }

    public int DeliveryCount { get; init; }

    /// <summary>What is in it: what is asked for or reported, about what; no properties.</summary>
    public string? Summary { get; init; }

    /// <summary>Whether an app of this control plane signed it. Only such a one can be sent again.</summary>
    public bool IsGenuine { get; init; }
}
