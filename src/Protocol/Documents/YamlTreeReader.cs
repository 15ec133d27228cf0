using System.Text;
using System.Text.Json;
using Formae.Model;
using YamlDotNet.Core;

namespace Formae.Protocol.Documents;

/// <summary>YAML text to the same tree that JSON becomes.</summary>
internal sealed class YamlTreeReader
{
    private readonly FormaLimits _limits;
    private readonly DiagnosticBag _bag;
    private readonly TreeBuilder _builder;
    private readonly List<(Position Value, Position Key)> _positions = [];
    private Position? _key;
    private int _aliased;
    private int _merged;

    private YamlTreeReader(int expectedBytes, FormaLimits limits, DiagnosticBag bag)
    {
        _limits = limits;
        _bag = bag;
        _builder = new TreeBuilder(expectedBytes);
    }

    /// <returns>Null when the text is no YAML, or goes beyond the limits; the bag says why.</returns>
    public static DocumentTree? Read(ReadOnlyMemory<byte> utf8, FormaLimits limits, DiagnosticBag bag)
    {
        var reader = new YamlTreeReader(utf8.Length, limits, bag);
        using var text = new StreamReader(new MemoryStream(utf8.ToArray(), writable: false), new UTF8Encoding(false));
        var composer = new YamlComposer(new Parser(text), limits);
        try
        {
            var value = composer.Compose();
            if (value is null)
            {
                bag.Error(DiagnosticCodes.SyntaxError, "The document is empty.", "A forma is a mapping with Stacks, Targets and Resources.", new Position(1, 1));
                return null;
            }

            reader.Write(value, aliasedAt: null);
        }
        catch (YamlComposer.Refused refused)
        {
            bag.Error(refused.Code, refused.Message, refused.Detail, refused.Position);
            return null;
        }
        catch (Exception problem) when (problem is YamlException or YamlComposer.Stumbled)
        {
            var mistake = new YamlMistake(Encoding.UTF8.GetString(utf8.Span).TrimStart('\uFEFF'), composer.Last, composer.Flow);
            var (summary, detail, position) = problem is YamlException refusal ? mistake.Explain(refusal) : mistake.Explain();
            bag.Error(DiagnosticCodes.SyntaxError, summary, detail, new Position(Math.Max(1, position.Line), Math.Max(1, position.Column)));
            return null;
        }

        var tree = reader._builder.Finish((node, ofKey) => ofKey ? reader._positions[node].Key : reader._positions[node].Value);
        TreeBuilder.FindDuplicates(tree, reader._builder.Count, bag);
        return tree;
    }

    private void Write(YamlValue value, Position? aliasedAt)
    {
        while (value is YamlValue.Alias alias)
        {
            aliasedAt ??= alias.Position;
            value = alias.Target;
        }

        if (aliasedAt is { } at && ++_aliased > _limits.MaxAliasedValues)
            throw new YamlComposer.Refused(DiagnosticCodes.TooManyAliases, $"Aliases stand for more than {_limits.MaxAliasedValues} values.", "Write the values out, or use fewer aliases of aliases.", at);
        if (_builder.Depth >= _limits.MaxDepth && value is not YamlValue.Scalar)
            throw new YamlComposer.Refused(DiagnosticCodes.TooDeep, $"Mappings and sequences are nested more than {_limits.MaxDepth} deep.", "Flatten the document.", value.Position);

        // What an alias brings in is wrong where it was written, not where the alias stands.
        _positions.Add((value.Position, _key ?? value.Position));
        _key = null;
        switch (value)
        {
            case YamlValue.Scalar scalar:
                Write(scalar, aliasedAt ?? scalar.Position);
                break;
            case YamlValue.Sequence sequence:
                _builder.Open(JsonTokenType.StartArray);
                foreach (var item in sequence.Items)
                    Write(item, aliasedAt);
                Close(aliasedAt ?? value.Position);
                break;
            case YamlValue.Mapping mapping:
                _builder.Open(JsonTokenType.StartObject);
                foreach (var (key, member, mergedAt) in Members(mapping, aliasedAt, 0))
                {
                    if (!IsText(key.Text))
                        throw HalfCharacter(key.Position);
                    _key = key.Position;

                    // The key may be an alias too, which then stands beside the value.
                    _builder.Key(Fitting(YamlScalar.Quote(key.Text), mergedAt ?? member.Position));
                    Write(member, mergedAt);
                }

                Close(aliasedAt ?? value.Position);
                break;
        }
    }

    private void Close(Position position)
    {
        _builder.Close();
        Fitting("", position);
    }

    /// <summary>What is to be written next, if there is room for it. Counted is what is written, not what stands in the text: a few aliases make a lot of a little.</summary>
    private byte[] Fitting(string json, Position position)
    {
        if (_builder.Length + (long)json.Length <= _limits.MaxBytes && Encoding.UTF8.GetBytes(json) is var bytes && _builder.Length + (long)bytes.Length <= _limits.MaxBytes)
            return bytes;
        throw new YamlComposer.Refused(DiagnosticCodes.TooLarge, _limits.Outgrown, FormaLimits.OutgrownAdvice, position);
    }

    private void Write(YamlValue.Scalar scalar, Position position)
    {
        if (!IsText(scalar.Text))
            throw HalfCharacter(scalar.Position);
        var (kind, json) = YamlScalar.Read(scalar);
        if (kind == JsonTokenType.None)
        {
            _bag.Error(DiagnosticCodes.UnsupportedNumber, $"'{scalar.Text}' is a number that JSON does not have.", "Put it in quotes if it is a text.", scalar.Position);
            (kind, json) = (JsonTokenType.Null, "null");
        }
        else if (YamlScalar.LosesZeros(scalar))
        {
            _bag.Add(Severity.Warning, DiagnosticCodes.AmbiguousNumber, "This is read as a number, and loses its zeros.", "Put it in quotes if it is a text, such as an account id.", "", scalar.Position);
        }

        _builder.Scalar(kind, Fitting(json, position));
    }

    // Own keys win over merged ones, and earlier merged mappings over later ones.
    private List<(YamlValue.Scalar Key, YamlValue Value, Position? AliasedAt)> Members(YamlValue.Mapping mapping, Position? aliasedAt, int depth)
    {
        if (mapping.Members.All(static member => !IsMerge(member.Key)))
            return [.. mapping.Members.Select(member => (member.Key, member.Value, aliasedAt))];
        if (depth > _limits.MaxDepth)
            throw new YamlComposer.Refused(DiagnosticCodes.TooDeep, "Merge keys lead through too many mappings.", null, mapping.Position);
        var members = mapping.Members.Where(member => !IsMerge(member.Key)).Select(member => (member.Key, member.Value, AliasedAt: aliasedAt)).ToList();
        var known = members.Select(member => member.Key.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, source) in mapping.Members.Where(member => IsMerge(member.Key)))
        {
            var sources = Bare(source) is YamlValue.Sequence several ? several.Items : [source];
            foreach (var one in sources)
            {
                if (Bare(one) is not YamlValue.Mapping merged)
                    throw new YamlComposer.Refused(DiagnosticCodes.UnsupportedYaml, "The merge key '<<' takes a mapping or a sequence of mappings.", null, one.Position);
                if (++_aliased > _limits.MaxAliasedValues)
                    throw new YamlComposer.Refused(DiagnosticCodes.TooManyAliases, $"Aliases stand for more than {_limits.MaxAliasedValues} values.", null, key.Position);
                if ((_merged += merged.Members.Count) > _limits.MaxMergedMembers)
                    throw new YamlComposer.Refused(DiagnosticCodes.TooManyAliases, $"Merge keys bring more than {_limits.MaxMergedMembers} members.", "Write the values out, or merge smaller mappings.", key.Position);
                members.AddRange(Members(merged, aliasedAt ?? one.Position, depth + 1).Where(member => known.Add(member.Key.Text)));
            }
        }

        return members;
    }

    private static bool IsMerge(YamlValue.Scalar key) => key is { IsPlain: true, Text: "<<" };

    private static YamlValue Bare(YamlValue value)
    {
        while (value is YamlValue.Alias alias)
            value = alias.Target;
        return value;
    }

    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }

    private static YamlComposer.Refused HalfCharacter(Position position) =>
        new(DiagnosticCodes.InvalidText, "An escape sequence stands for half a character.", @"Characters beyond U+FFFF are written as \U with eight hexadecimal digits, or as they are.", position);
}
