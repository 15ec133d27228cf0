using System.Globalization;
using System.Text;

namespace Formae.Embedded.Tables;

internal enum TokenKind
{
    End,
    Open,
    Close,
    Word,
    Literal,
}

/// <summary>A piece of a filter: a bracket, a word (operator or property) or a literal with its value.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, object? Value = null);

/// <summary>The filter is not one the service understands.</summary>
internal sealed class FilterSyntaxException(string message) : Exception(message);

/// <summary>Cuts the text of a filter into its pieces.</summary>
internal ref struct FilterLexer(string text)
{
    private int _at;

    public Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        var start = _at;
        if (start == text.Length)
            return new Token(TokenKind.End, start, "");
        var first = text[start];
        if (first is '(' or ')')
        {
            _at++;
            return new Token(first == '(' ? TokenKind.Open : TokenKind.Close, start, first.ToString());
        }

        if (first == '\'')
            return Literal(start, Quoted());
        if (char.IsAsciiDigit(first) || first is '-' or '+' or '.')
            return Literal(start, Number());
        if (!IsWordStart(first))
            throw new FilterSyntaxException($"Syntax error at position {start}: unexpected '{first}'.");
        while (_at < text.Length && IsWordPart(text[_at]))
            _at++;
        var word = text[start.._at];
        if (_at < text.Length && text[_at] == '\'')
            return Literal(start, Prefixed(word, Quoted(), start));
        return word switch
        {
            "true" => Literal(start, true),
            "false" => Literal(start, false),
            "NaN" => Literal(start, double.NaN),
            "INF" => Literal(start, double.PositiveInfinity),
            _ => new Token(TokenKind.Word, start, word),
        };
    }

    private static bool IsWordStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private readonly Token Literal(int start, object value) => new(TokenKind.Literal, start, text[start.._at], value);

    private string Quoted()
    {
        var start = _at++;
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            var c = text[_at++];
            if (c != '\'')
                value.Append(c);
            else if (_at < text.Length && text[_at] == '\'')
                value.Append(text[_at++]);
            else
                return value.ToString();
        }

        throw new FilterSyntaxException($"Unterminated string literal at position {start}.");
    }

    private object Number()
    {
        var start = _at++;
        if (text[start] == '-' && text.AsSpan(_at).StartsWith("INF", StringComparison.Ordinal))
        {
            _at += 3;
            return double.NegativeInfinity;
        }

        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E')))
            _at++;
        var digits = text.AsSpan(start, _at - start);
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        if (digits[^1] is 'L' or 'l' && long.TryParse(digits[..^1], Whole, CultureInfo.InvariantCulture, out var suffixed))
            return suffixed;
        if (int.TryParse(digits, Whole, CultureInfo.InvariantCulture, out var small))
            return small;
        if (long.TryParse(digits, Whole, CultureInfo.InvariantCulture, out var large))
            return large;
        var real = digits[^1] is 'd' or 'D' ? digits[..^1] : digits;
        return double.TryParse(real, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FilterSyntaxException($"Syntax error at position {start}: '{digits}' is not a number.");
    }

    private static object Prefixed(string prefix, string value, int start)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (prefix is "datetime" && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, Utc, out var time))
            return time;
        if (prefix is "guid" && Guid.TryParse(value, out var guid))
            return guid;
        if (prefix is "X" or "binary" && value.Length % 2 == 0 && value.All(char.IsAsciiHexDigit))
            return Convert.FromHexString(value);
        throw new FilterSyntaxException($"Unrecognized literal {prefix}'{value}' at position {start}.");
    }
}
