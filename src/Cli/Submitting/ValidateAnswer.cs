using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Output;
using Formae.Client;
using Formae.Model;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Submitting;

/// <summary>What was found about a document: as lines for people, or as one object for programs, whatever the verdict.</summary>
internal sealed class ValidateAnswer(Session session, Document document, FormaReading reading)
{
    private string Counted => reading.Forma is { } forma ? $"{Some(forma.Resources.Count, "resource")}, {Some(forma.Stacks.Count, "stack")}, {Some(forma.Targets.Count, "target")}." : "";

    /// <summary>Only its form was looked at.</summary>
    /// <param name="unreachable">Why no control plane looked at the rest; null where none was asked for it.</param>
    public int OfForm(string? unreachable = null)
    {
        if (session.Format != OutputFormat.Human)
            return Write(reading.Forma is not null, "Form", reading.Diagnostics, unreachable is null ? null : new ErrorResponse { Error = "Unreachable", Message = unreachable });
        DiagnosticView.Write(session.Terminal.Error, reading.Diagnostics, document);
        if (reading.Forma is null)
            return ExitCode.InvalidDocument;
        session.Terminal.Out.WriteLine($"{document.Path} is well formed: {Counted}");
        if (unreachable is not null)
            session.Terminal.Error.WriteLine($"Types, properties and references were not looked at. {unreachable}");
        return ExitCode.Ok;
    }

    /// <param name="diagnostics">Warnings.</param>
    /// <param name="refusal">Why an apply would be refused nevertheless.</param>
    public int Sound(IReadOnlyList<Diagnostic> diagnostics, FormaeApiException? refusal = null)
    {
        if (session.Format != OutputFormat.Human)
            return Write(true, "All", diagnostics, refusal?.Response);
        DiagnosticView.Write(session.Terminal.Error, diagnostics, document);
        session.Terminal.Out.WriteLine($"{document.Path} is sound: {Counted}");
        if (refusal is not null)
            session.Terminal.Error.WriteLine($"An apply would be refused at the moment, though. {refusal.Message}");
        return ExitCode.Ok;
    }

    public int Wrong(FormaeApiException refusal) => Write(false, "All", refusal.Response.Diagnostics ?? [], refusal.Response);

    private int Write(bool isSound, string scope, IReadOnlyList<Diagnostic> diagnostics, ErrorResponse? refusal)
    {
        var answer = new JsonObject { ["Sound"] = isSound, ["Scope"] = scope };
        if (reading.Forma is { } forma)
            (answer["Resources"], answer["Stacks"], answer["Targets"]) = (forma.Resources.Count, forma.Stacks.Count, forma.Targets.Count);
        answer["Diagnostics"] = JsonSerializer.SerializeToNode(diagnostics.ToArray(), HttpJson.Default.IReadOnlyListDiagnostic);
        if (refusal is not null)
            answer["Refusal"] = JsonSerializer.SerializeToNode(refusal with { Diagnostics = null }, HttpJson.Default.ErrorResponse);
        using var json = JsonDocument.Parse(answer.ToJsonString());
        MachineOutput.Write(session.Terminal.RawOut, session.Format, json.RootElement);
        return isSound ? ExitCode.Ok : ExitCode.InvalidDocument;
    }

    private static string Some(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
