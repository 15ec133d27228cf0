using System.Text;

namespace Formae.Architecture.Tests.Bicep;

/// <summary>The reader's hands: characters, words, white space, strings.</summary>
internal sealed partial class BicepReader
{
    private bool IsAtEnd => _at >= _text.Length;

    private char Peek => IsAtEnd ? '\0' : _text[_at];

    private int Line => _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1;

    private FormatException Mistake(string what) => new($"{_path}:{Line}: {what}.");

    private char Ahead(int by) => _at + by < _text.Length ? _text[_at + by] : '\0';

    /// <summary>Past blanks and comments of this line.</summary>
    private void SkipSpace()
    {
        while (!IsAtEnd)
        {
            if (Peek is ' ' or '\t')
            {
                _at++;
            }
            else if (Peek == '/' && Ahead(1) == '/')
            {
                while (!IsAtEnd && Peek != '\n')
                    _at++;
            }
            else if (Peek == '/' && Ahead(1) == '*')
            {
                var end = _text.IndexOf("*/", _at, StringComparison.Ordinal);
                _at = end < 0 ? throw Mistake("a comment is never closed") : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipLines()
    {
        SkipSpace();
        while (Peek == '\n')
        {
            _at++;
            SkipSpace();
        }
    }

    private bool Sees(string what)
    {
        SkipSpace();
        return string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;
    }

    private bool Try(string what)
    {
        if (!Sees(what))
            return false;
        _at += what.Length;
        return true;
    }

    private bool TryWord(string word)
    {
        if (!Sees(word) || char.IsLetterOrDigit(Ahead(word.Length)) || Ahead(word.Length) == '_')
            return false;
        _at += word.Length;
        return true;
    }

    private void Expect(string what)
    {
        if (!Try(what))
            throw Mistake($"'{what}' is missing before '{(IsAtEnd ? "the end" : _text[_at..Math.Min(_text.Length, _at + 12)].ReplaceLineEndings(" "))}'");
    }

    private string ReadWord()
    {
        SkipSpace();
        var from = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek == '_')
            _at++;
        return _at > from && !char.IsAsciiDigit(_text[from]) ? _text[from.._at] : throw Mistake("a name is missing");
    }

    private Node.Text ReadText()
    {
        Expect("'");
        var pieces = new List<string>();
        var holes = new List<Node>();
        var piece = new StringBuilder();
        while (true)
        {
            switch (Peek)
            {
                case '\0' or '\n':
                    throw Mistake("a string is never closed");
                case '\'':
                    _at++;
                    pieces.Add(piece.ToString());
                    return new Node.Text(pieces, holes);
                case '\\':
                    piece.Append(Ahead(1) switch { 'n' => '\n', 'r' => '\r', 't' => '\t', '\'' => '\'', '\\' => '\\', '$' => '$', _ => throw Mistake("what stands behind a backslash is not known") });
                    _at += 2;
                    break;
                case '$' when Ahead(1) == '{':
                    _at += 2;
                    pieces.Add(piece.ToString());
                    piece.Clear();
                    holes.Add(ReadExpression());
                    Expect("}");
                    break;
                default:
                    piece.Append(Peek);
                    _at++;
                    break;
            }
        }
    }
}
