using Formae.Cli.Submitting;
using Formae.Cli.Terminals;
using Formae.Model;
using Spectre.Console;

namespace Formae.Cli.Errors;

/// <summary>What is wrong with a document, at the place where it is written.</summary>
internal static class DiagnosticView
{
    public static void Write(IAnsiConsole console, IEnumerable<Diagnostic> diagnostics, Document? document)
    {
        var wasShown = false;
        foreach (var diagnostic in diagnostics)
        {
            // Of an evaluated document only the path means anything to the person.
            Write(console, document is { IsEvaluated: true } ? diagnostic with { Line = null, Column = null } : diagnostic, document);
            wasShown = true;
        }

        if (wasShown && document is { IsEvaluated: true })
            console.MarkupLine($"[grey]{Literal.Of($"These places are in the evaluated document: 'formae eval {document.Path}' prints it.")}[/]");
    }

    private static void Write(IAnsiConsole console, Diagnostic diagnostic, Document? document)
    {
        var (word, colour) = diagnostic.Severity == Severity.Error ? ("error", "red") : ("warning", "yellow");
        console.MarkupLine($"[{colour}]{word}[/] [grey]{Literal.Of(diagnostic.Code)}[/]: {Literal.Of(diagnostic.Summary)}");
        var file = document?.Path ?? "document";
        var place = diagnostic.Line is { } line ? $"{file}:{line}{(diagnostic.Column is { } at ? $":{at}" : "")}" : document?.Path ?? "";
        var where = string.Join("  ", new[] { place, diagnostic.Path }.Where(part => part.Length > 0));
        if (where.Length > 0)
            console.MarkupLine($"  [blue]-->[/] {Literal.Of(where)}");
        if (diagnostic.Line is { } number && document?.Line(number) is { } source)
            WriteSource(console, number, diagnostic.Column, source, colour);
        if (diagnostic.Detail is { Length: > 0 } detail)
            console.MarkupLine($"  {Literal.Of(detail)}");
    }

    private static void WriteSource(IAnsiConsole console, int number, int? column, string source, string colour)
    {
        var gutter = $"{number,5} [blue]|[/] ";
        const string Shown = "…";
        const int Longest = 160;
        var start = column is { } at && at > Longest ? at - Longest / 2 : 0;
        var part = start >= source.Length ? "" : source[start..Math.Min(source.Length, start + Longest)];
        var text = new string([.. part.Select(character => char.IsControl(character) ? ' ' : character)]);
        console.MarkupLine($"{gutter}{(start > 0 ? Shown : "")}{Literal.Of(text)}");
        if (column is { } caret && caret >= 1 && caret <= source.Length + 1)
            console.MarkupLine($"      [blue]|[/] {new string(' ', caret - 1 - start + (start > 0 ? 1 : 0))}[{colour}]^[/]");
    }
}
