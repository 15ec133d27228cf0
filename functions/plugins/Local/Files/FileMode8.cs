using System.Text.RegularExpressions;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

/// <summary>A file mode as four octal digits. On Windows, which has none, modes are taken and say nothing.</summary>
internal static partial class FileMode8
{
    public const string File = "0644";
    public const string Directory = "0755";

    public static Problem? TryParse(string? text, string fallback, out UnixFileMode mode)
    {
        text ??= fallback;
        mode = default;
        if (!Pattern().IsMatch(text))
            return Problems.InvalidRequest($"Mode '{text}' must be four octal digits, the first of them 0, such as {fallback}.");
        mode = (UnixFileMode)Convert.ToInt32(text, 8);
        return null;
    }

    public static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(path, mode);
    }

    public static string? Of(string path) =>
        OperatingSystem.IsWindows() ? null : "0" + Convert.ToString((int)System.IO.File.GetUnixFileMode(path) & 0b111_111_111, 8).PadLeft(3, '0');

    [GeneratedRegex("^0[0-7]{3}$")]
    private static partial Regex Pattern();
}
