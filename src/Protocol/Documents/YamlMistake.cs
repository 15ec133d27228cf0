using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Formae.Protocol.Documents;

/// <summary>Says in plain words what the parser stumbled over: what was expected, or what is not closed, and where that is. The text is looked at once more, because the parser often does not say.</summary>
/// <param name="text">The document.</param>
/// <param name="last">What the parser has read last.</param>
/// <param name="flow">Where the outermost bracket begins that is open; null when none is.</param>
internal sealed class YamlMistake(string text, ParsingEvent? last, Position? flow)
{
    private const string Unclear = "This is not well-formed YAML.";

    private readonly YamlLines _lines = new(text);

    /// <summary>The parser has refused the text.</summary>
    public (string Summary, string? Detail, Position Position) Explain(YamlException problem)
    {
        var message = problem.Message;
        var end = YamlValue.At(problem.End);
        var start = problem.Start.Index > 0 ? YamlValue.At(problem.Start) : end;
        var (summary, detail, position) = true switch
        {
            _ when Says("tab") => ("A tab cannot indent YAML.", "Use spaces.", _lines.FirstTab(start.Line)),
            _ when Says("quoted scalar") || Says("double-quoted") => Quoted(message, start, end),
            _ when Says("flow mapping") || Says("flow sequence") => Flow(start),
            _ when Says("invalid mapping") => Colon(Says("multiline"), start),
            _ when Says("mapping values are not allowed") => ("A ':' cannot stand here.", "Put the text in quotes if the colon belongs to it; otherwise look at the indentation.", start),
            _ when Says("could not find expected ':'") => ("A ':' is missing after the key.", "Keys are written 'Key: value', with a space after the colon.", start),
            _ when Says("expected key") || Says("expected <block end>") || Says("block mapping") => Key(start),
            _ when Says("block collection") || Says("block sequence") => Element(start),
            _ when Says("block scalar") => ("Behind '|' or '>' the line must end.", "The text begins in the next line; one that begins with '|' or '>' itself stands in quotes.", start),
            _ when Says("cannot start any token") => ($"A value cannot begin with `{_lines.At(start)}`.", "Put the text in quotes.", start),
            _ when Says("incompatible YAML") => ("This version of YAML is not known.", "Take the line out: it is not needed.", start),
            _ when Says("tag") => ("The tag is not understood.", "Tags are rarely needed: remove it.", start),
            _ when Says("anchor") || Says("alias") => ($"A `{_lines.At(start)}` stands before the name of an anchor, and here is none.", "Put the text in quotes if the character belongs to it.", start),
            _ when Says("document start") => ("The document is over before this.", "A document is one mapping: look at the indentation.", start),
            _ => (Unclear, "Look at the indentation, the quotes and the colons on this line and the one before.", start),
        };
        return (summary, detail, position);

        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The parser broke off. It does so mostly where a bracket is not closed in its line.</summary>
    public (string Summary, string? Detail, Position Position) Explain()
    {
        var from = flow ?? (last is null ? new Position(1, 1) : YamlValue.At(last.Start));
        return _lines.OpenBracket(from) is { } open ? NotClosed(open) : (Unclear, "Look at the quotes, brackets and colons from here on.", last is null ? from : YamlValue.At(last.End));
    }

    private (string, string?, Position) Flow(Position at) =>
        flow is { } from && _lines.OpenBracket(from) is { } open ? NotClosed(open) : ("A ',' is missing before this.", "What stands in brackets is separated by ','; a text with ': ' in it stands in quotes.", at);

    private static (string, string?, Position) NotClosed((char Bracket, Position Position) open) =>
        ($"The `{open.Bracket}` of line {open.Position.Line} is not closed.", $"It is closed by `{(open.Bracket == '[' ? ']' : '}')}`; a text that begins with it stands in quotes.", open.Position);

    private (string, string?, Position) Quoted(string message, Position start, Position end)
    {
        if (message.Contains("escape", StringComparison.Ordinal))
            return ($"There is no escape sequence `\\{_lines.At(end with { Column = end.Column + 1 })}`.", @"In double quotes a '\' begins one: write '\\' for the character itself, or put the text in single quotes.", end);
        if (message.Contains("hexadecimal", StringComparison.Ordinal))
            return ("A hexadecimal digit is expected here.", @"`\x` takes two of them, `\u` four and `\U` eight.", end);
        return ($"The `{_lines.At(start)}` of line {start.Line} is not closed.", "A text in quotes ends with the quote that it begins with.", start);
    }

    private (string, string?, Position) Colon(bool isLaterLine, Position at)
    {
        if (isLaterLine && _lines.Before(at.Line) is { } line)
            return ("A ': ' is missing in this line.", "Keys are written 'Key: value', with a space after the colon.", line);
        return _lines.HasColonBefore(at)
            ? ("A second ': ' cannot stand in this line.", "Put the text in quotes if the colon belongs to it; each key has a line of its own.", at)
            : ("This key stands deeper than the line above, which is a text already.", "Keys of one object stand under each other.", at);
    }

    private (string, string?, Position) Key(Position at)
    {
        if (_lines.At(at) is ']' or '}')
            return ClosesNothing(at);
        if (_lines.At(at) == '-')
            return ("A `-` cannot stand here.", "The '-' of all elements of a list stand under each other, and keys do not stand among them.", at);
        var isBehind = last?.End.Line == at.Line;
        if (isBehind && last is Scalar { Style: ScalarStyle.DoubleQuoted or ScalarStyle.SingleQuoted })
            return ("Nothing can stand behind a text in quotes.", "Put all of it in quotes. Perhaps one is missing before.", at);
        if (isBehind && last is MappingEnd or SequenceEnd && _lines.At(YamlValue.At(last.Start)) is var closed and (']' or '}'))
            return ($"Nothing can stand behind a `{closed}`.", "A text with brackets in it stands in quotes.", at);
        return ("A key is expected here.", "Look at the indentation, and at the ': ' after each key.", at);
    }

    private (string, string?, Position) Element(Position at) => _lines.At(at) is ']' or '}'
        ? ClosesNothing(at)
        : ("A `-` is expected here, or a key that stands under the others.", "The '-' of all elements of a list stand under each other, and so do the keys of an object.", at);

    private (string, string?, Position) ClosesNothing(Position at) => ($"This `{_lines.At(at)}` closes nothing.", "Take it out, or look for the bracket that should open before it.", at);
}
