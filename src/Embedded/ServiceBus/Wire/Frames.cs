using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// A frame: length (4 bytes, of what follows), kind (1), correlation (4), payload. The broker answers each request once, in any order, under its correlation.
/// A receive is a credit of up to n messages that the broker uses once, when it has something, unless the client cancels it before.
/// </summary>
internal enum FrameKind : byte
{
    // Before anything else: the broker's nonce; the client's nonce and proof; the broker's proof.
    Challenge = 1,
    Proof = 2,
    Welcome = 3,

    // Requests.
    Send = 10,
    Schedule = 11,
    CancelScheduled = 12,
    Receive = 20,
    CancelReceive = 21,
    ReceiveDeferred = 22,
    Peek = 23,
    Settle = 30,
    Release = 31,
    RenewLock = 32,

    // Answers.
    Done = 50,
    Numbers = 51,
    Messages = 52,
    Time = 53,
    Refused = 54,
}

internal enum Settlement : byte
{
    Complete = 1,
    Abandon = 2,
    Defer = 3,
    DeadLetter = 4,
}

internal static class Frames
{
    public const int HeaderSize = 9;

    /// <summary>A request: one largest batch and what stands around its messages.</summary>
    public const int LargestRequest = 2 * 1024 * 1024;

    /// <summary>Before the proof nobody has a reason to say more.</summary>
    public const int LargestGreeting = 256;

    /// <summary>An answer: messages are added until it is reached, so it can be passed by one message.</summary>
    public const int AnswerBudget = 1024 * 1024;

    public const int LargestAnswer = AnswerBudget + 2 * WireMessage.LargestSize;

    public static int Begin(WireWriter writer, FrameKind kind, int correlation)
    {
        var at = writer.BeginLength();
        writer.Byte((byte)kind);
        writer.Int32(correlation);
        return at;
    }

    public static void WriteRefusal(WireWriter writer, ServiceBusFailureReason reason, bool unauthorized, string message, string? entity)
    {
        writer.Byte((byte)reason);
        writer.Byte(unauthorized ? (byte)1 : (byte)0);
        writer.Text(message);
        writer.Text(entity);
    }

    public static Exception ReadRefusal(ref WireReader reader)
    {
        var reason = (ServiceBusFailureReason)reader.Byte();
        var unauthorized = reader.Byte() != 0;
        var message = reader.Text();
        var entity = reader.TextOrNull();
        return unauthorized ? new UnauthorizedAccessException(message) : new ServiceBusException(message, reason, entity);
    }
}
