using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>JSON text to a tree.</summary>
internal static class JsonTreeReader
{
    /// <returns>Null when the text is no JSON, or goes beyond the limits; the bag says why.</returns>
    public static DocumentTree? Read(ReadOnlyMemory<byte> utf8, FormaLimits limits, DiagnosticBag bag)
    {
        var lines = new LineTable(utf8);
        var text = utf8.Span;
        if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            bag.Error(DiagnosticCodes.SyntaxError, "The document is empty.", "A forma is an object with Stacks, Targets and Resources.", new Position(1, 1));
            return null;
        }

        var builder = new TreeBuilder(text.Length);
        var values = new List<int>(text.Length / 16 + 16);
        var keys = new List<int>(text.Length / 16 + 16);
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var key = -1;
        try
        {
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                var raw = text[start..(int)reader.BytesConsumed];
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    builder.Close();
                    continue;
                }

                if (raw[0] == '"' && reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan))
                {
                    bag.Error(DiagnosticCodes.InvalidText, "An escape sequence stands for half a character.", @"Characters beyond U+FFFF are written as a pair such as \uD83D\uDE00, or as they are.", lines.At(start));
                    return null;
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    key = start;

                    // The token runs up to and with the colon.
                    builder.Key(reader.ValueIsEscaped ? Plain(reader.GetString()!) : text.Slice(start, reader.ValueSpan.Length + 2));
                    continue;
                }

                values.Add(start);
                keys.Add(key < 0 ? start : key);
                key = -1;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    builder.Open(reader.TokenType);
                    if (builder.Depth > limits.MaxDepth)
                    {
                        bag.Error(DiagnosticCodes.TooDeep, $"Objects and arrays are nested more than {limits.MaxDepth} deep.", "Flatten the document.", lines.At(start));
                        return null;
                    }
                }
                else
                {
                    if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out var number) && double.IsFinite(number)))
                        bag.Error(DiagnosticCodes.UnsupportedNumber, "The number is too large.", "Numbers reach to about 1.8e308. Put it in quotes if it is a text.", lines.At(start));
                    builder.Scalar(reader.TokenType, raw);
                }
            }
        }
        catch (JsonException problem)
        {
            var offset = lines.StartOf(problem.LineNumber ?? 0) + (int)(problem.BytePositionInLine ?? 0);
            var open = builder.Innermost;
            var explanation = JsonMistake.Explain(text, Math.Min(offset, text.Length), (int)reader.BytesConsumed, builder.IsInObject, open < 0 ? null : lines.At(values[open]));
            bag.Error(DiagnosticCodes.SyntaxError, explanation.Summary, explanation.Detail, lines.At(explanation.Offset));
            return null;
        }

        var tree = builder.Finish((node, ofKey) => lines.At(ofKey ? keys[node] : values[node]));
        TreeBuilder.FindDuplicates(tree, builder.Count, bag);
        return tree;
    }

    // Without needless escapes: a key that means something is found by its bytes further on.
    private static ReadOnlySpan<byte> Plain(string key) => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> escaped)
    {
        var isHighPending = false;
        for (var i = 0; i < escaped.Length; i++)
        {
            var isEscape = escaped[i] == '\\';
            if (isEscape && i + 5 < escaped.Length && escaped[i + 1] == 'u')
            {
                System.Buffers.Text.Utf8Parser.TryParse(escaped.Slice(i + 2, 4), out ushort unit, out _, 'x');
                i += 5;
                if (char.IsLowSurrogate((char)unit) != isHighPending)
                    return true;
                isHighPending = char.IsHighSurrogate((char)unit);
                continue;
            }

            if (isHighPending)
                return true;
            if (isEscape)
                i++;
        }

        return isHighPending;
    }
}
