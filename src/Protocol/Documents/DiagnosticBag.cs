using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Collects what is wrong, up to as much as anybody reads.</summary>
internal sealed class DiagnosticBag(int limit)
{
    private readonly List<Diagnostic> _found = [];

    public IReadOnlyList<Diagnostic> All => _found;

    public bool HasErrors { get; private set; }

    public void Add(Severity severity, string code, string summary, string? detail, string path, Position? position)
    {
        HasErrors |= severity == Severity.Error;
        if (_found.Count >= limit)
            return;
        _found.Add(new Diagnostic { Severity = severity, Code = code, Summary = summary, Detail = detail, Path = path, Line = position?.Line, Column = position?.Column });
    }

    public void Error(string code, string summary, string? detail, Position? position) => Add(Severity.Error, code, summary, detail, "", position);
}
