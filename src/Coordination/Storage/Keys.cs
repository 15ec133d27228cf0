using System.Security.Cryptography;
using System.Text;

namespace Formae.Coordination.Storage;

/// <summary>
/// Makes any text fit for a table key: characters that keys must not hold are written as <c>!</c> and four hex digits, and so is <c>!</c> itself and the
/// separator of composed keys, so that two texts never meet in one key. Long texts end in their hash.
/// </summary>
internal static class Keys
{
    /// <summary>Stands between the parts of a composed key.</summary>
    public const char Separator = '|';

    private const int Longest = 200;

    public static string Escape(string text)
    {
        var clean = text.Length <= Longest;
        foreach (var character in text)
            clean &= IsPlain(character);
        if (clean)
            return text.Length == 0 ? "!" : text;

        var key = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            if (IsPlain(character))
                key.Append(character);
            else
                key.Append('!').Append(((int)character).ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
        }

        if (key.Length <= Longest)
            return key.ToString();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.Unicode.GetBytes(text)));
        return $"{key.ToString(0, Longest - hash.Length - 2)}!~{hash}";
    }

    public static string Compose(string first, string second) => $"{Escape(first)}{Separator}{Escape(second)}";

    private static bool IsPlain(char character) =>
        character is not ('/' or '\\' or '#' or '?' or '%' or '!' or Separator) && !char.IsControl(character) && !char.IsSurrogate(character);
}
