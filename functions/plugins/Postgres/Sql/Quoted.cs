using System.Text;

namespace Formae.Plugins.Postgres;

/// <summary>Names and texts in statements that take no parameters, which is what statements that define things are.</summary>
internal static class Quoted
{
    /// <summary>PostgreSQL cuts off what is longer, and says so in a notice only.</summary>
    private const int LongestName = 63;

    /// <summary>A name, whatever is in it.</summary>
    /// <exception cref="RefusedException">No object can have this name.</exception>
    public static string Name(string name)
    {
        if (name.Length == 0 || name.Contains('\0'))
            throw RefusedException.Invalid("A name is empty, or has a character of code 0 in it.");
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
            throw RefusedException.Invalid($"The name '{name}' is longer than {LongestName} bytes, which PostgreSQL would cut off.");
        return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    public static string Name(string schema, string name) => $"{Name(schema)}.{Name(name)}";

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    /// <summary>A text. With a backslash it takes the form in which a backslash is one whatever the server's settings say.</summary>
    /// <exception cref="RefusedException">PostgreSQL has no text with a character of code 0.</exception>
    public static string Text(string text)
    {
        if (text.Contains('\0'))
            throw RefusedException.Invalid("A text has a character of code 0 in it, which PostgreSQL cannot keep.");
        var doubled = text.Replace("'", "''", StringComparison.Ordinal);
        return text.Contains('\\') ? $" E'{doubled.Replace("\\", "\\\\", StringComparison.Ordinal)}'" : $"'{doubled}'";
    }

    public static string TextOrNull(string? text) => text is null ? "NULL" : Text(text);
}
