using System.Globalization;
using System.Security.Cryptography;

namespace Formae.Protocol.Bus;

/// <summary>
/// The keys that messages are signed with, as text: <c>id:base64</c>, separated by line breaks or commas. The first one signs, all of them verify.
/// </summary>
public static class MessageKeyList
{
    /// <summary>The fewest bytes of a key: as many as the hash has.</summary>
    public const int FewestBytes = 32;

    /// <summary>How long a key that signs no more is kept: longer than any message is valid.</summary>
    public static readonly TimeSpan KeptAfter = TimeSpan.FromDays(2);

    private const int LongestId = 64;
    private const string IdFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads a list.</summary>
    /// <param name="text">The list.</param>
    /// <param name="source">Where it stands, for the message.</param>
    /// <exception cref="FormatException">It is no list of keys. The message says which entry is wrong and how, and never holds any of the text but ids.</exception>
    public static IReadOnlyList<(string Id, byte[] Key)> Parse(string text, string source)
    {
        var keys = new List<(string Id, byte[] Key)>();
        foreach (var entry in text.Split(['\n', '\r', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var place = $"Entry {keys.Count + 1} of {source}";
            if (entry.IndexOf(':', StringComparison.Ordinal) is not (> 0 and <= LongestId and var colon) || !entry[..colon].All(IsOfId))
                throw new FormatException($"{place} is not 'id:base64', with an id of at most {LongestId} letters, digits, '-', '_' and '.'.");
            var id = entry[..colon];
            var key = new byte[entry.Length];
            if (!Convert.TryFromBase64String(entry[(colon + 1)..], key, out var length))
                throw new FormatException($"{place} ('{id}') is not base64 after the colon.");
            if (length < FewestBytes)
                throw new FormatException($"{place} ('{id}') has {length} bytes; a key has at least {FewestBytes}.");
            if (keys.Any(known => known.Id == id))
                throw new FormatException($"{source} has two keys with the id '{id}'.");
            keys.Add((id, key[..length]));
        }

        return keys.Count > 0 ? keys : throw new FormatException($"{source} holds no key.");
    }

    /// <summary>A list that begins with a new key. A key that has signed nothing for <see cref="KeptAfter"/> is left out, but never the last one that did.</summary>
    /// <param name="keys">The list of before; empty for the first key.</param>
    /// <param name="now">When the new one is made.</param>
    public static string Rotate(IReadOnlyList<(string Id, byte[] Key)> keys, DateTimeOffset now)
    {
        var fresh = ($"{now.UtcDateTime.ToString(IdFormat, CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", RandomNumberGenerator.GetBytes(FewestBytes));

        // A key signed until the one before it in the list was made.
        var kept = keys.Where((_, index) => index == 0 || MadeAt(keys[index - 1].Id) is not { } successor || now - successor < KeptAfter);
        return string.Concat(kept.Prepend(fresh).Select(key => $"{key.Item1}:{Convert.ToBase64String(key.Item2)}\n"));
    }

    /// <summary>Null for a key that somebody named himself.</summary>
    private static DateTimeOffset? MadeAt(string id) =>
        DateTimeOffset.TryParseExact(id.Split('-')[0], IdFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static bool IsOfId(char sign) => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' or '.';
}
