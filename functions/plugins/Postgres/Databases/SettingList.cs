using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Plugins.Postgres;

/// <summary>Run-time settings that a role or a database brings to its sessions, such as <c>search_path</c>.</summary>
internal static partial class SettingList
{
    /// <summary>Lists of names, in which PostgreSQL quotes each element by itself. As one text they would be one name.</summary>
    private static readonly HashSet<string> Lists =
        new(["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries", "shared_preload_libraries"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What the catalog keeps (<c>name=value</c>), in the words of the form where they mean the same.</summary>
    public static IReadOnlyDictionary<string, string>? Of(IReadOnlyList<string>? stored, IReadOnlyDictionary<string, string>? form)
    {
        if (stored is not { Count: > 0 })
            return null;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in stored)
        {
            var (name, value) = (entry[..entry.IndexOf('=', StringComparison.Ordinal)], entry[(entry.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            var written = form?.FirstOrDefault(one => string.Equals(one.Key, name, StringComparison.OrdinalIgnoreCase));
            if (written is { Key: { } key, Value: { } text } && Same(name, text, value))
                settings.Add(key, text);
            else
                settings.Add(name, value);
        }

        return settings;
    }

    /// <summary>The statements that make the settings so.</summary>
    /// <param name="subject">Such as <c>ROLE "app"</c>.</param>
    /// <param name="desired">What they shall be.</param>
    /// <param name="live">What they are, in the same words where they are the same.</param>
    public static IEnumerable<string> Changes(string subject, IReadOnlyDictionary<string, string>? desired, IReadOnlyDictionary<string, string>? live)
    {
        foreach (var (name, _) in live ?? new Dictionary<string, string>())
        {
            if (desired?.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) is not true)
                yield return $"ALTER {subject} RESET {Parameter(name)}";
        }

        foreach (var (name, value) in desired ?? new Dictionary<string, string>())
        {
            if (live?.GetValueOrDefault(name) != value)
                yield return $"ALTER {subject} SET {Parameter(name)} TO {Value(name, value)}";
        }
    }

    private static string Parameter(string name) => SettingName().IsMatch(name)
        ? string.Join('.', name.Split('.').Select(Quoted.Name))
        : throw RefusedException.Invalid($"'Settings.{name}' is no name of a setting.");

    private static string Value(string name, string value) => !Lists.Contains(name) ? Quoted.Text(value)
        : Elements(value) is { Count: > 0 } elements ? string.Join(", ", elements.Select(Quoted.Text))
        : "''";

    private static bool Same(string name, string written, string stored) => written == stored || (Lists.Contains(name) && Elements(written).SequenceEqual(Elements(stored)));

    /// <summary>The elements of a list as PostgreSQL reads one: without quotes in lower case, in double quotes as they are.</summary>
    private static List<string> Elements(string list)
    {
        var elements = new List<string>();
        var element = new StringBuilder();
        var (isQuoted, wasQuoted) = (false, false);
        for (var at = 0; at < list.Length; at++)
        {
            if (list[at] == '"' && isQuoted && at + 1 < list.Length && list[at + 1] == '"')
                element.Append(list[at++]);
            else if (list[at] == '"')
                (isQuoted, wasQuoted) = (!isQuoted, true);
            else if (list[at] == ',' && !isQuoted)
                End();
            else if (isQuoted || !char.IsWhiteSpace(list[at]))
                element.Append(isQuoted ? list[at] : char.ToLowerInvariant(list[at]));
        }

        End();
        return elements;

        void End()
        {
            if (element.Length > 0 || wasQuoted)
                elements.Add(element.ToString());
            element.Clear();
            wasQuoted = false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*\z")]
    private static partial Regex SettingName();
}
