using System.Text;

namespace Formae.Embedded.Tables;

/// <summary>
/// Keys as bytes that SQLite orders as the service orders keys: ordinally, by UTF-16 code unit. UTF-8 differs from that order for characters
/// beyond U+FFFF, so each half of a surrogate pair is written as its own three bytes. No key contains the byte 0xFF.
/// </summary>
internal static class KeyCodec
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);

    /// <summary>The smallest key after this one.</summary>
    public static byte[] Next(byte[] key) => [.. key, 0];

    public static byte[] Encode(string key)
    {
        if (key.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return Encoding.UTF8.GetBytes(key);
        var bytes = new byte[key.Length * 3];
        var length = 0;
        foreach (var unit in key)
        {
            if (unit < 0x80)
            {
                bytes[length++] = (byte)unit;
            }
            else if (unit < 0x800)
            {
                bytes[length++] = (byte)(0xc0 | (unit >> 6));
                bytes[length++] = (byte)(0x80 | (unit & 0x3f));
            }
            else
            {
                bytes[length++] = (byte)(0xe0 | (unit >> 12));
                bytes[length++] = (byte)(0x80 | ((unit >> 6) & 0x3f));
                bytes[length++] = (byte)(0x80 | (unit & 0x3f));
            }
        }

        return bytes[..length];
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        // Surrogates begin with 0xED, and so do a few thousand Hangul syllables, which the slow path reads as well.
        if (bytes.IndexOf((byte)0xed) < 0)
            return Encoding.UTF8.GetString(bytes);
        var units = new char[bytes.Length];
        var length = 0;
        for (var at = 0; at < bytes.Length;)
        {
            int lead = bytes[at++];
            units[length++] = lead switch
            {
                < 0x80 => (char)lead,
                < 0xe0 => (char)(((lead & 0x1f) << 6) | (bytes[at++] & 0x3f)),
                _ => (char)(((lead & 0x0f) << 12) | ((bytes[at++] & 0x3f) << 6) | (bytes[at++] & 0x3f)),
            };
        }

        return new string(units, 0, length);
    }
}
