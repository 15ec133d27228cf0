using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Formae.Messaging.Signing;

/// <summary>
/// What is signed of a message: everything that says what it is, to whom, from when and under which name, and the digest of its body. Each part stands behind its
/// length (<c>5:hello,</c>), so that no two messages have one text.
/// </summary>
internal readonly ref struct MessageText
{
    /// <summary>The first part: no text that is signed for another purpose begins so.</summary>
    private const string Purpose = "formae-message";

    public required string? Queue { get; init; }

    public required string? Subject { get; init; }

    public required string? MessageId { get; init; }

    public required string? OperationId { get; init; }

    public required string? ContentType { get; init; }

    public required long Contract { get; init; }

    /// <summary>The time from which it is valid, in milliseconds since 1970.</summary>
    public required long Time { get; init; }

    public required string KeyId { get; init; }

    public required ReadOnlySpan<byte> Body { get; init; }

    public ReadOnlyMemory<byte> ToBytes()
    {
        var text = new ArrayBufferWriter<byte>(512);
        Write(text, Purpose);
        Write(text, Queue);
        Write(text, Subject);
        Write(text, MessageId);
        Write(text, OperationId);
        Write(text, ContentType);
        Write(text, Contract);
        Write(text, Time);
        Write(text, KeyId);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Body, digest);
        Write(text, Convert.ToBase64String(digest));
        return text.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> text, string? part)
    {
        var value = part ?? "";
        WriteNumber(text, Encoding.UTF8.GetByteCount(value));
        text.Write(":"u8);
        Encoding.UTF8.GetBytes(value, text);
        text.Write(","u8);
    }

    private static void Write(ArrayBufferWriter<byte> text, long part)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(part, digits, out var length);
        WriteNumber(text, length);
        text.Write(":"u8);
        text.Write(digits[..length]);
        text.Write(","u8);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> text, int number)
    {
        Utf8Formatter.TryFormat(number, text.GetSpan(11), out var length);
        text.Advance(length);
    }
}
