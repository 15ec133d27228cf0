using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Plugins.Postgres;

/// <summary>
/// The last line of an object's comment says which create has made it. So a create whose message comes twice knows its own object from somebody else's of the same name; people's own
/// comment stands before it, and is all that documents and reads have of it.
/// </summary>
internal static partial class OwnMark
{
    /// <summary>The mark that a create leaves, whenever and wherever it is delivered.</summary>
    public static string Of(string operationId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(operationId)))[..16];

    /// <summary>The comment of an object with a mark; null when there is neither.</summary>
    public static string? Write(string? comment, string? mark)
    {
        var own = comment is { Length: > 0 } ? comment : null;
        return mark is null ? own : own is null ? $"[formae {mark}]" : $"{own}\n[formae {mark}]";
    }

    public static (string? Comment, string? Mark) Read(string? stored)
    {
        if (stored is null || LastLine().Match(stored) is not { Success: true } match)
            return (stored, null);
        return (match.Index > 0 ? stored[..match.Index] : null, match.Groups["mark"].Value);
    }

    [GeneratedRegex(@"(?:^|\n)\[formae (?<mark>[0-9a-f]{16})\]\z")]
    private static partial Regex LastLine();
}
