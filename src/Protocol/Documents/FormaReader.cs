using System.Text;
using System.Text.Unicode;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Reads a forma from JSON or YAML and says of every mistake what it is, where it is and what to do.</summary>
public static class FormaReader
{
    /// <param name="inputs">What it takes from outside; without any, its parameters have the values that it says itself, and secrets are not asked for.</param>
    public static FormaReading Read(ReadOnlyMemory<byte> utf8, DocumentFormat format = DocumentFormat.Auto, FormaLimits? limits = null, DocumentInputs? inputs = null)
    {
        limits ??= new FormaLimits();
        inputs ??= new DocumentInputs();
        var bag = new DiagnosticBag(limits.MaxDiagnostics);
        if (Tree(ref utf8, format, limits, bag) is not { } tree || bag.HasErrors)
            return new FormaReading(null, bag.All, null);

        var reader = new NodeReader(tree, bag);
        var parameters = new ParameterBinder(reader, inputs.Parameters).Bind();
        if (utf8.Span.IndexOf("${"u8) >= 0)
            tree = new PlaceholderExpansion(reader, parameters, inputs, limits).Run();

        // What should have stood in place of a placeholder would be missed everywhere else too.
        if (bag.HasErrors)
            return new FormaReading(null, bag.All, tree);
        var forma = new FormaBinder(tree, limits, bag, parameters).Bind();
        return new FormaReading(bag.HasErrors ? null : forma, bag.All, tree);
    }

    /// <summary>Only the parameters, for offering them: whether they have values, and whether the rest of the document is well, is not asked.</summary>
    public static (IReadOnlyDictionary<string, FormaProperty> Parameters, IReadOnlyList<Diagnostic> Diagnostics) ReadParameters(
        ReadOnlyMemory<byte> utf8, DocumentFormat format = DocumentFormat.Auto, FormaLimits? limits = null)
    {
        limits ??= new FormaLimits();
        var bag = new DiagnosticBag(limits.MaxDiagnostics);
        var parameters = Tree(ref utf8, format, limits, bag) is { } tree && !bag.HasErrors ? new ParameterBinder(new NodeReader(tree, bag), new Dictionary<string, string>()).Bind() : null;
        return (parameters ?? [], bag.All);
    }

    private static DocumentTree? Tree(ref ReadOnlyMemory<byte> utf8, DocumentFormat format, FormaLimits limits, DiagnosticBag bag)
    {
        if (!IsReadable(utf8, limits, bag))
            return null;
        if (utf8.Span.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        return IsJson(utf8.Span, format) ? JsonTreeReader.Read(utf8, limits, bag) : YamlTreeReader.Read(utf8, limits, bag);
    }

    private static bool IsJson(ReadOnlySpan<byte> text, DocumentFormat format)
    {
        if (format != DocumentFormat.Auto)
            return format == DocumentFormat.Json;
        var first = text.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && text[first] is (byte)'{' or (byte)'[';
    }

    private static bool IsReadable(ReadOnlyMemory<byte> utf8, FormaLimits limits, DiagnosticBag bag)
    {
        var text = utf8.Span;
        if (text.Length > limits.MaxBytes)
        {
            bag.Error(DiagnosticCodes.TooLarge, $"The document has {text.Length:N0} bytes; {limits.MaxBytes:N0} are the limit.", "Split it into several documents, one or more stacks each.", null);
            return false;
        }

        if (text.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || text.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            bag.Error(DiagnosticCodes.InvalidUtf8, "The document is in UTF-16.", "Save it as UTF-8.", new Position(1, 1));
            return false;
        }

        if (Utf8.IsValid(text))
            return true;
        var offset = 0;
        while (Rune.DecodeFromUtf8(text[offset..], out _, out var length) == System.Buffers.OperationStatus.Done)
            offset += length;
        bag.Error(DiagnosticCodes.InvalidUtf8, $"Byte {offset} (0x{text[offset]:X2}) is not UTF-8.", "Save the document as UTF-8.", new LineTable(utf8).At(offset));
        return false;
    }
}
