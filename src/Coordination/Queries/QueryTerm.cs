using System.Text;

namespace Formae.Coordination.Queries;

/// <summary>
/// Reads one <c>field:value</c> term. What the query language of the original knows and does not carry out (phrases, ranges, fuzzy words, weights, regular
/// expressions, single wildcards) is refused with what to write instead, and so can be written behind a backslash where it is meant as text.
/// </summary>
internal static class QueryTerm
{
    /// <summary>Terms stand between white space that has no backslash before it. A quoted text stays together, so that its refusal shows all of it.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var term = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character == '\\' && i + 1 < text.Length)
            {
                term.Append(character).Append(text[++i]);
                continue;
            }

            if (character == '"')
                isQuoted = !isQuoted;
            if (!char.IsWhiteSpace(character) || isQuoted)
            {
                term.Append(character);
            }
            else if (term.Length > 0)
            {
                yield return term.ToString();
                term.Clear();
            }
        }

        if (term.Length > 0)
            yield return term.ToString();
    }

    public static bool TryRead(string term, IReadOnlyCollection<string> fields, out char sign, out string field, out ValuePattern value, out string problem)
    {
        sign = term[0] is '-' or '+' ? term[0] : ' ';
        value = ValuePattern.Of("");
        var body = sign == ' ' ? term : term[1..];
        var colon = body.IndexOf(':');
        field = colon > 0 ? body[..colon] : "";
        if (colon <= 0 || !field.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
            problem = body is "AND" or "OR" or "NOT" or "&&" or "||"
                ? $"'{body}' is no operator here: different fields are combined with AND, the same field again with OR, and -field:value excludes."
                : $"'{term}' names no field: write field:value. {Known(fields)}";
        else if (!fields.Contains(field, StringComparer.OrdinalIgnoreCase))
            problem = $"There is no field '{field}'. {Known(fields)}";
        else
            problem = ReadValue(term, body[(colon + 1)..], out value);
        return problem.Length == 0;
    }

    private static string Known(IReadOnlyCollection<string> fields) => $"Fields: {string.Join(", ", fields)}.";

    private static string ReadValue(string term, string text, out ValuePattern value)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        value = ValuePattern.Of("");
        if (text.Length == 0)
            return $"'{term}' is empty behind the colon: write the value there, with * for any characters.";
        if (text[0] is '<' or '>')
            return $"'{term}' is a range, and values are compared as a whole: write the value, with * for any characters, or \\{text[0]} for the character.";
        if (text.Length > 1 && text[0] == '/' && text[^1] == '/' && text[^2] != '\\')
            return $"'{term}' is a regular expression, which is not understood: use * for any characters, or \\/ for a slash at the beginning.";
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    piece.Append(text[++i]);
                    break;
                case '*':
                    pieces.Add(piece.ToString());
                    piece.Clear();
                    break;
                case '?':
                    return $"'{term}': ? is not understood. Write * for any characters, or \\? for a question mark.";
                case '"':
                    return $"'{term}' is a phrase, which is not understood: leave the quotation marks out, and write white space as '\\ '.";
                case '~' or '^' when text.AsSpan(i + 1).IndexOfAnyExceptInRange('0', '9') < 0:
                    return $"'{term}' asks for {(text[i] == '~' ? "similar words" : "a weight")}, which is not understood. Use * for any characters, or \\{text[i]} for the character.";
                default:
                    piece.Append(text[i]);
                    break;
            }
        }

        pieces.Add(piece.ToString());
        value = ValuePattern.Of(pieces);
        return pieces.Count > 1 && pieces.All(part => part.Length == 0) ? $"'{term}': a lone * matches everything. Leave the term out, or write more of the value." : "";
    }
}
