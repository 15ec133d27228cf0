using System.Text;

namespace Formae.Protocol.Documents;

/// <summary>Says in words what is wrong with JSON text at a place, from the characters around it. What stands there may be a secret, so no word of it is repeated.</summary>
internal static class JsonMistake
{
    public readonly record struct Explanation(int Offset, string Summary, string? Detail);

    /// <param name="offset">Where the reader stopped.</param>
    /// <param name="consumed">How far it had understood the text.</param>
    /// <param name="opened">Where the innermost object or array began, if one is open.</param>
    public static Explanation Explain(ReadOnlySpan<byte> text, int offset, int consumed, bool isInObject, Position? opened)
    {
        var start = consumed;
        while (start < text.Length && text[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)':')
            start++;
        var container = isInObject ? "object" : "array";
        if (start < text.Length && text[start] == '"' && offset > start)
            return InText(text, offset, start);
        if (offset >= text.Length || text[offset..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return new Explanation(text.Length, opened is { } at
                ? $"The document ends before the {container} that begins on line {at.Line}, column {at.Column} is closed."
                : "The document ends before its value is complete.", opened is null ? null : $"A '{(isInObject ? '}' : ']')}' is missing.");
        }

        var before = start;
        var last = Last(text, offset, out var lastAt);
        var found = Show(text, offset);
        switch ((char)text[offset])
        {
            case '/' or '#':
                return new Explanation(offset, "Comments are not allowed in JSON.", "Remove the comment, or write the document in YAML.");
            case '\'':
                return new Explanation(offset, "Texts stand in double quotes in JSON, not in single ones.", null);
            case '}' or ']' when last == ',':
                return new Explanation(lastAt, "There is a comma after the last member.", "Remove it.");
            case '\0':
                return new Explanation(offset, "There is a NUL character in the document.", "Was it saved in another encoding than UTF-8?");
        }

        if (start < offset && start < text.Length)
            return InWord(text, start);
        if (opened is null)
        {
            return consumed == 0
                ? InWord(text, offset)
                : new Explanation(offset, $"The document is complete, but {found} follows.", "A document is one object.");
        }

        if (isInObject && last is '{' or ',')
            return new Explanation(offset, $"A key in double quotes is expected here, not {found}.", null);
        if (isInObject && last == ':')
            return InWord(text, before);
        if (isInObject && consumed > 0 && EndsKey(text, consumed))
            return new Explanation(offset, $"A ':' is expected after the key, not {found}.", null);
        if (!isInObject && last is '[' or ',')
            return InWord(text, offset);
        return new Explanation(offset, $"A ',' or the end of the {container} is expected here, not {found}.", $"The {container} begins on line {opened.Value.Line}, column {opened.Value.Column}.");
    }

    private static Explanation InText(ReadOnlySpan<byte> text, int offset, int start)
    {
        if (offset >= text.Length)
            return new Explanation(start, "The text that begins here is not closed.", "A '\"' is missing.");
        if (text[offset] is (byte)'\n' or (byte)'\r')
            return new Explanation(offset, "A text ends at the end of its line.", @"Is the closing quote missing? A line break inside a text is written \n.");
        if (text[offset] < 0x20)
            return new Explanation(offset, "A control character cannot stand in a text.", $@"It is written \u{(int)text[offset]:x4}.");
        return new Explanation(offset, "This escape sequence does not exist.", @"There are \"" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits.");
    }

    private static Explanation InWord(ReadOnlySpan<byte> text, int start)
    {
        var word = Word(text, start);
        if (word.Length == 0)
            return new Explanation(start, $"A value is expected here, not {Show(text, start)}.", null);
        if (char.IsAsciiDigit(word[0]) || word[0] is '-' or '+' or '.')
            return new Explanation(start, "This is no number as JSON writes them.", "No leading zeros or '+', digits on both sides of the point. Put it in quotes if it is a text.");
        if (word.ToLowerInvariant() is "true" or "false" or "null")
            return new Explanation(start, $"'{word}' is written '{word.ToLowerInvariant()}'.", null);
        if (word is "NaN" or "Infinity")
            return new Explanation(start, $"JSON has no {word}.", null);
        return new Explanation(start, "There is a word without quotes.", "Texts stand in double quotes; besides them there are only true, false, null and numbers.");
    }

    private static bool EndsKey(ReadOnlySpan<byte> text, int consumed) => text[consumed - 1] == '"' || text[consumed - 1] == ':';

    private static char Last(ReadOnlySpan<byte> text, int offset, out int at)
    {
        at = offset - 1;
        while (at >= 0 && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at--;
        return at < 0 ? '\0' : (char)text[at];
    }

    private static string Word(ReadOnlySpan<byte> text, int start)
    {
        var length = text[start..].IndexOfAny(" \t\r\n,:{}[]\"/"u8);
        var word = length < 0 ? text[start..] : text.Slice(start, length);
        return Encoding.UTF8.GetString(word.Length > 40 ? word[..40] : word);
    }

    private static string Show(ReadOnlySpan<byte> text, int offset)
    {
        if (offset >= text.Length)
            return "the end";
        Rune.DecodeFromUtf8(text[offset..], out var rune, out _);
        return Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}'";
    }
}
