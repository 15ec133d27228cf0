using System.Buffers.Binary;
using System.Numerics;

namespace Formae.Model;

/// <summary>
/// A K-sortable id: 4 bytes of seconds since 2014-05-13T16:53:20Z and 16 bytes of payload, written as 27 base62 characters
/// whose ordinal order is the order of the bytes.
/// </summary>
public static class Ksuid
{
    public const int Length = 27;

    private const long Epoch = 1_400_000_000;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <param name="time">From 2014-05-13 to 2150-06-19; the seconds become the id's first four bytes.</param>
    /// <param name="payload">Exactly 16 bytes.</param>
    public static string Encode(DateTimeOffset time, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(payload.Length, 16);
        Span<byte> bytes = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, checked((uint)(time.ToUnixTimeSeconds() - Epoch)));
        payload.CopyTo(bytes[4..]);

        // 160 bits as five 32-bit digits, divided by 62 again and again: no big integers on a path that runs once per stored row.
        Span<uint> digits = stackalloc uint[5];
        for (var i = 0; i < 5; i++)
            digits[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * 4)..]);
        Span<char> text = stackalloc char[Length];
        for (var position = Length - 1; position >= 0; position--)
        {
            ulong remainder = 0;
            for (var i = 0; i < 5; i++)
            {
                var value = (remainder << 32) | digits[i];
                digits[i] = (uint)(value / 62);
                remainder = value % 62;
            }

            text[position] = Alphabet[(int)remainder];
        }

        return new string(text);
    }

    /// <summary>The second in which an id was made.</summary>
    public static DateTimeOffset TimeOf(string id)
    {
        if (!IsValid(id))
            throw new FormatException($"'{id}' is not a KSUID (27 base62 characters).");
        var value = BigInteger.Zero;
        foreach (var character in id)
            value = value * 62 + Alphabet.IndexOf(character);
        return DateTimeOffset.FromUnixTimeSeconds((long)(value >> 128) + Epoch);
    }

    /// <summary>A text of the same length that sorts the other way round: for rows that are read newest first.</summary>
    public static string Inverted(string id) => string.Create(Length, id, static (text, id) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = Alphabet[Alphabet.Length - 1 - Alphabet.IndexOf(id[i])];
    });

    public static bool IsValid(string? text)
    {
        if (text is not { Length: Length })
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character))
                return false;
        }

        // The greatest 160-bit number; a greater text of 27 characters stands for no id.
        return string.CompareOrdinal(text, "aWgEPTl1tmebfsQzFP4bxwgy80V") <= 0;
    }
}
