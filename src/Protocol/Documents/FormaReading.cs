using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>What came of reading a document: the forma, unless something is wrong with it, and all there is to say about it.</summary>
public sealed class FormaReading
{
    private readonly DocumentTree? _tree;

    internal FormaReading(Forma? forma, IReadOnlyList<Diagnostic> diagnostics, DocumentTree? tree)
    {
        Forma = forma;
        Diagnostics = diagnostics;
        _tree = tree;
    }

    /// <summary>Null when there is an error among the diagnostics.</summary>
    public Forma? Forma { get; }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Adds line and column to a diagnostic that knows only its path: those of the place, or of what is nearest above it.</summary>
    public Diagnostic Locate(Diagnostic diagnostic)
    {
        if (diagnostic.Line is not null || _tree is null || !PropertyPath.TryParse(diagnostic.Path, out var steps))
            return diagnostic;
        var position = _tree.PositionOf(_tree.Find(steps));
        return diagnostic with { Line = position.Line, Column = position.Column };
    }
}
