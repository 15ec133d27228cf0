namespace Formae.Plugins.Postgres;

/// <summary>
/// A type or an expression that a document gives as SQL. It becomes part of a statement as it stands, so it must be one piece: whatever it opens it closes, and nothing in it ends the
/// statement or hides the rest. What it means the server decides.
/// </summary>
internal static class Expression
{
    /// <exception cref="RefusedException">It is not one piece.</exception>
    public static string Checked(string path, string text)
    {
        var open = new Stack<char>();
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\'':
                    at = AfterQuote(path, text, at, escapes: at > 0 && text[at - 1] is 'e' or 'E' && (at == 1 || !IsWord(text[at - 2])));
                    break;
                case '"':
                    at = AfterQuote(path, text, at, escapes: false);
                    break;
                case '$' when at == 0 || !IsWord(text[at - 1]):
                    at = AfterDollar(path, text, at);
                    break;
                case '(' or '[':
                    open.Push(text[at] == '(' ? ')' : ']');
                    break;
                case ')' or ']' when !open.TryPop(out var expected) || expected != text[at]:
                    throw Wrong(path, $"closes a '{text[at]}' that it does not open");
                case ';' or '\0':
                    throw Wrong(path, "has a character in it that ends a statement");
                case '-' when Next(text, at) == '-':
                case '/' when Next(text, at) == '*':
                    throw Wrong(path, "has a comment in it");
                case ',' when open.Count == 0:
                    throw Wrong(path, "is a list");
            }
        }

        if (open.Count > 0)
            throw Wrong(path, "does not close what it opens");
        return text.Trim().Length > 0 ? text.Trim() : throw Wrong(path, "is empty");
    }

    /// <summary>What the first parentheses of a statement hold, apart at the commas that stand between its elements. For what the server prints, which is one piece.</summary>
    public static IReadOnlyList<string> FirstList(string statement)
    {
        var elements = new List<string>();
        var (depth, start) = (0, 0);
        for (var at = 0; at < statement.Length; at++)
        {
            switch (statement[at])
            {
                case '\'' or '"':
                    at = AfterQuote(nameof(statement), statement, at, escapes: at > 0 && statement[at - 1] == 'E');
                    break;
                case '(' or '[' when ++depth == 1:
                    start = at + 1;
                    break;
                case ',' when depth == 1:
                    elements.Add(statement[start..at].Trim());
                    start = at + 1;
                    break;
                case ')' or ']' when --depth == 0:
                    elements.Add(statement[start..at].Trim());
                    return elements;
            }
        }

        return elements;
    }

    private static int AfterQuote(string path, string text, int start, bool escapes)
    {
        for (var at = start + 1; at < text.Length; at++)
        {
            if (escapes && text[at] == '\\')
                at++;
            else if (text[at] == text[start] && Next(text, at) == text[start])
                at++;
            else if (text[at] == text[start])
                return at;
            else if (text[at] == '\0')
                break;
        }

        throw Wrong(path, "has a quote that is not closed");
    }

    // A parameter ($1) means nothing here; a dollar quote ends with the tag that it began with.
    private static int AfterDollar(string path, string text, int start)
    {
        var end = text.IndexOf('$', start + 1);
        if (end < 0 || text.AsSpan(start + 1, end - start - 1).ContainsAnyExcept(TagCharacters) || char.IsAsciiDigit(text[start + 1]))
            throw Wrong(path, "has a '$' in it that begins no quote");
        var tag = text[start..(end + 1)];
        var closed = text.IndexOf(tag, end + 1, StringComparison.Ordinal);
        return closed < 0 ? throw Wrong(path, "has a quote that is not closed") : closed + tag.Length - 1;
    }

    private static readonly System.Buffers.SearchValues<char> TagCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private static char Next(string text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character is '_' or '$' || character > 127;

    private static RefusedException Wrong(string path, string what) => RefusedException.Invalid($"'{path}' {what}; it must be one SQL expression.");
}
