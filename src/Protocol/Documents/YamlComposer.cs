using Formae.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Formae.Protocol.Documents;

/// <summary>The events of the YAML parser to values. Refuses what has no meaning in a forma.</summary>
internal sealed class YamlComposer(Parser parser, FormaLimits limits)
{
    private readonly Dictionary<string, YamlValue> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _depth;
    private int _brackets;

    /// <summary>What was read last.</summary>
    public ParsingEvent? Last => parser.Current;

    /// <summary>Where the outermost bracket begins that is open; null when none is.</summary>
    public Position? Flow { get; private set; }

    /// <returns>Null for a document without any value.</returns>
    public YamlValue? Compose()
    {
        Expect<StreamStart>();
        Next();
        if (parser.Current is StreamEnd)
            return null;
        Expect<DocumentStart>();
        Next();
        var value = Value();
        Next();
        if (parser.Current is DocumentStart second)
            throw new Refused(DiagnosticCodes.UnsupportedYaml, "There is more than one document in the text.", "Keep one per file; '---' begins a new one.", YamlValue.At(second.Start));
        return value is YamlValue.Scalar { IsPlain: true, Text: "" } ? null : value;
    }

    private YamlValue Value()
    {
        switch (parser.Current)
        {
            case AnchorAlias alias:
                var name = alias.Value.Value;
                if (_open.Contains(name))
                    throw new Refused(DiagnosticCodes.UnsupportedYaml, $"The alias '*{name}' stands inside of the value that it names.", "A value cannot contain itself.", YamlValue.At(alias.Start));
                if (!_anchors.TryGetValue(name, out var target))
                    throw new Refused(DiagnosticCodes.SyntaxError, "There is no anchor before this alias that it could stand for.", "A text that begins with '*' stands in quotes.", YamlValue.At(alias.Start));
                Next();
                return new YamlValue.Alias(YamlValue.At(alias.Start), target);
            case Scalar scalar:
                var plain = new YamlValue.Scalar(YamlValue.At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain && TagOf(scalar) is null, TagOf(scalar));
                Remember(scalar, plain);
                Next();
                return plain;
            case SequenceStart start:
                return Nested(start, new YamlValue.Sequence(YamlValue.At(start.Start)), "seq", sequence =>
                {
                    while (parser.Current is not SequenceEnd)
                        sequence.Items.Add(Value());
                });
            case MappingStart start:
                return Nested(start, new YamlValue.Mapping(YamlValue.At(start.Start)), "map", mapping =>
                {
                    while (parser.Current is not MappingEnd)
                        mapping.Members.Add((Key(), Value()));
                });
            default:
                throw new Refused(DiagnosticCodes.SyntaxError, "A value is expected here.", null, YamlValue.At(parser.Current!.Start));
        }
    }

    private YamlValue.Scalar Key()
    {
        var start = parser.Current!.Start;
        var key = Value();
        while (key is YamlValue.Alias alias)
            key = alias.Target;
        return key as YamlValue.Scalar ?? throw new Refused(DiagnosticCodes.UnsupportedYaml, "A key must be a single text.", "A text that begins with '{' or '[' stands in quotes.", YamlValue.At(start));
    }

    private T Nested<T>(NodeEvent start, T value, string tag, Action<T> fill) where T : YamlValue
    {
        if (TagOf(start) is { } given && given != tag)
            throw new Refused(DiagnosticCodes.UnsupportedYaml, $"The tag '!!{given}' does not fit here.", null, value.Position);
        if (++_depth > limits.MaxDepth)
            throw new Refused(DiagnosticCodes.TooDeep, $"Mappings and sequences are nested more than {limits.MaxDepth} deep.", "Flatten the document.", value.Position);
        var anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
            _open.Add(anchor);
        var isBracket = start is SequenceStart { Style: SequenceStyle.Flow } or MappingStart { Style: MappingStyle.Flow };
        if (isBracket && _brackets++ == 0)
            Flow = value.Position;
        Next();
        fill(value);
        if (isBracket && --_brackets == 0)
            Flow = null;
        Next();
        _depth--;
        if (anchor is not null)
        {
            _open.Remove(anchor);
            _anchors[anchor] = value;
        }

        return value;
    }

    private void Remember(NodeEvent node, YamlValue value)
    {
        if (!node.Anchor.IsEmpty)
            _anchors[node.Anchor.Value] = value;
    }

    /// <summary>The name of a core tag; null when there is none.</summary>
    private static string? TagOf(NodeEvent node)
    {
        if (node.Tag.IsEmpty)
            return null;
        if (node.Tag.IsNonSpecific)
            return node is Scalar ? "str" : null;
        const string core = "tag:yaml.org,2002:";
        var tag = node.Tag.Value;
        if (tag.StartsWith(core, StringComparison.Ordinal) && tag[core.Length..] is "str" or "int" or "float" or "bool" or "null" or "seq" or "map")
            return tag[core.Length..];
        throw new Refused(DiagnosticCodes.UnsupportedYaml, "This tag means nothing here.", "Only !!str, !!int, !!float, !!bool, !!null, !!seq and !!map do; a text that begins with '!' stands in quotes.", YamlValue.At(node.Start));
    }

    private void Expect<T>() where T : ParsingEvent
    {
        if (parser.Current is null)
            Next();
        if (parser.Current is not T)
            throw new Refused(DiagnosticCodes.SyntaxError, "This is not well-formed YAML.", null, YamlValue.At(parser.Current?.Start ?? Mark.Empty));
    }

    private void Next()
    {
        try
        {
            do
                parser.MoveNext();
            while (parser.Current is Comment);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The parser stumbles over some malformed texts instead of refusing them.
            throw new Stumbled();
        }
    }

    /// <summary>The parser cannot go on, and does not say why.</summary>
    internal sealed class Stumbled : Exception;

    /// <summary>Leaves the recursion; caught where the reading began.</summary>
    internal sealed class Refused(string code, string summary, string? detail, Position position) : Exception(summary)
    {
        public string Code => code;

        public string? Detail => detail;

        public Position Position => position;
    }
}
