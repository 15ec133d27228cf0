namespace Formae.Protocol.Documents;

/// <summary>A YAML text by line and column, for whoever looks for what is wrong with it.</summary>
internal sealed class YamlLines(string text)
{
    private readonly string[] _lines = text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The character there; a space behind the end of a line.</summary>
    public char At(Position place) =>
        place.Line >= 1 && place.Line <= _lines.Length && place.Column >= 1 && place.Column <= _lines[place.Line - 1].Length ? _lines[place.Line - 1][place.Column - 1] : ' ';

    /// <summary>The first tab in the indentation of this line or a later one.</summary>
    public Position FirstTab(int line)
    {
        for (var i = Math.Max(1, line); i <= _lines.Length; i++)
        {
            var indent = _lines[i - 1].AsSpan().IndexOfAnyExcept(' ');
            if (indent >= 0 && _lines[i - 1][indent] == '\t')
                return new Position(i, indent + 1);
        }

        return new Position(Math.Max(1, line), 1);
    }

    /// <summary>Where the text of the nearest line above begins, behind the marks of elements.</summary>
    public Position? Before(int line)
    {
        for (var i = Math.Min(line, _lines.Length + 1) - 1; i >= 1; i--)
        {
            var column = _lines[i - 1].AsSpan().IndexOfAnyExcept([' ', '-']);
            if (column >= 0 && _lines[i - 1][column] != '#')
                return new Position(i, column + 1);
        }

        return null;
    }

    /// <summary>Whether a key ends earlier in the line.</summary>
    public bool HasColonBefore(Position place) =>
        place.Line >= 1 && place.Line <= _lines.Length && _lines[place.Line - 1].AsSpan(0, Math.Clamp(place.Column - 1, 0, _lines[place.Line - 1].Length)).Contains(": ", StringComparison.Ordinal);

    /// <summary>The innermost bracket that is still open where another kind closes, or where the text ends; null when what begins first from here on is closed.</summary>
    public (char Bracket, Position Position)? OpenBracket(Position from)
    {
        var open = new Stack<(char Bracket, Position Position)>();
        char? quote = null;
        for (var line = Math.Max(1, from.Line); line <= _lines.Length; line++)
        {
            // What came last, apart from spaces: brackets and quotes mean something only where a value can begin.
            var before = ',';
            var written = _lines[line - 1];
            for (var i = line == from.Line ? Math.Max(0, from.Column - 1) : 0; i < written.Length; i++)
            {
                var sign = written[i];
                if (quote is not null)
                {
                    if (quote == '"' && sign == '\\')
                        i++;
                    else if (sign == quote)
                        (quote, before) = (null, sign);
                    continue;
                }

                if (sign is ' ' or '\t')
                    continue;
                if (sign == '#' && (i == 0 || written[i - 1] is ' ' or '\t'))
                    break;
                var canBegin = before is ',' or ':' or '-' or '?' or '[' or '{';
                if (sign is '"' or '\'' && canBegin)
                    quote = sign;
                else if (sign is '[' or '{' && canBegin)
                    open.Push((sign, new Position(line, i + 1)));
                else if (sign is ']' or '}' && open.Count > 0)
                {
                    if (open.Peek().Bracket != (sign == ']' ? '[' : '{'))
                        return open.Peek();
                    open.Pop();
                    if (open.Count == 0)
                        return null;
                }

                before = sign;
            }
        }

        return open.Count > 0 ? open.Peek() : null;
    }
}
