using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Formae.Coordination.Queries;

/// <summary>How much of a list is wanted, and behind which place.</summary>
/// <param name="Limit">Null: all of it.</param>
/// <param name="After">Where the page before ended; null from the beginning.</param>
public sealed record Page(int? Limit, string? After)
{
    public static Page All { get; } = new(null, null);
}

/// <param name="Items">What is on the page.</param>
/// <param name="Next">Where the next one begins behind; null when this is the last.</param>
public sealed record Paged<T>(T Items, string? Next);

/// <summary>
/// The place where a page of a list ended, as a token for the caller. It holds the key of the last row and no count: rows that are added or removed meanwhile
/// neither repeat nor hide others. The digest ties it to its list and query; it is no secret, because a forged one only leads to another place of what its
/// caller may read anyway.
/// </summary>
public static class Continuation
{
    private const int DigestLength = 9;

    public static string Write(string list, string? query, string place)
    {
        var text = Encoding.UTF8.GetBytes(place);
        return Base64Url.EncodeToString([.. Digest(list, query, text), .. text]);
    }

    /// <summary>False for what is no token, or one of another list or query.</summary>
    public static bool TryRead(string token, string list, string? query, out string place)
    {
        place = "";
        if (!Base64Url.IsValid(token, out var length) || length <= DigestLength)
            return false;
        var bytes = Base64Url.DecodeFromChars(token);
        var text = bytes.AsSpan(DigestLength);
        if (!Digest(list, query, text).AsSpan().SequenceEqual(bytes.AsSpan(0, DigestLength)))
            return false;
        place = Encoding.UTF8.GetString(text);
        return true;
    }

    private static byte[] Digest(string list, string? query, ReadOnlySpan<byte> place) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"1\n{list}\n{query}\n"), .. place])[..DigestLength];
}
