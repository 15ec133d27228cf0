using System.Text.RegularExpressions;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>The services' rules for names, told before they are asked: their own answer names no property.</summary>
internal static partial class Names
{
    private const int LongestBlobName = 1024;

    public static Problem? CheckContainer(string name, string property) =>
        name is "$root" or "$web" || Plain().IsMatch(name) ? null : Problems.InvalidRequest($"'{property}': {PlainRule(name, "container")}");

    public static Problem? CheckQueue(string name) => Plain().IsMatch(name) ? null : Problems.InvalidRequest($"'Name': {PlainRule(name, "queue")}");

    public static Problem? CheckTable(string name, string property) =>
        Table().IsMatch(name) && !name.Equals("tables", StringComparison.OrdinalIgnoreCase)
            ? null
            : Problems.InvalidRequest($"'{property}': '{name}' is no name of a table: 3 to 63 letters and digits, a letter first, and not 'tables'.");

    public static Problem? CheckBlob(string name)
    {
        if (name.Length is 0 or > LongestBlobName)
            return Problems.InvalidRequest($"'Name' has {name.Length} characters; a blob's name has 1 to {LongestBlobName}.");
        if (name.Contains('\\') || name.Any(char.IsControl) || name.Split('/').Any(part => part is "." or "..") || name[^1] is '/' or '.')
            return Problems.InvalidRequest($"'Name': '{name}' is no name of a blob: no backslash, no control characters, no part that is '.' or '..', and neither '/' nor '.' at its end, for addresses lose those.");
        return null;
    }

    /// <summary>Part of an address: whatever means something there is written otherwise.</summary>
    public static string Escaped(string part) => Uri.EscapeDataString(part);

    /// <summary>As <see cref="Escaped"/>, with slashes as they are.</summary>
    public static string EscapedPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string PlainRule(string name, string kind) => $"'{name}' is no name of a {kind}: 3 to 63 lower-case letters, digits and hyphens, no hyphen at its ends, and never two of them in a row.";

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Plain();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}$")]
    private static partial Regex Table();
}
