using System.Buffers.Text;
using System.Security.Cryptography;

namespace Formae.Messaging.Keys;

/// <summary>A key that messages are signed with. Printed without its bytes.</summary>
public sealed class MessageKey
{
    private readonly byte[] _key;

    /// <param name="id">Its name, which stands in the message.</param>
    /// <param name="key">Its bytes.</param>
    public MessageKey(string id, byte[] key) => (Id, _key) = (id, key);

    /// <summary>Its name, which stands in the message.</summary>
    public string Id { get; }

    /// <summary>The signature of a text, in base64.</summary>
    public string Sign(ReadOnlySpan<byte> text)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, signature);
        return Convert.ToBase64String(signature);
    }

    /// <summary>A short sign of a text that nobody makes without the key: 96 bits, in 16 characters that may stand anywhere.</summary>
    internal string Tag(ReadOnlySpan<byte> text)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, signature);
        return Base64Url.EncodeToString(signature[..12]);
    }

    /// <summary>Whether this is the text's signature. Takes as long for a near miss as for any other.</summary>
    public bool Verifies(ReadOnlySpan<byte> text, string signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, expected);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(signature, given, out var length) && CryptographicOperations.FixedTimeEquals(expected, given[..length]);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Id} (***)";
}
