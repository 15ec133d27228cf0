using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Protocol.Documents;
using Spectre.Console;

namespace Formae.Cli.Submitting;

internal static class ValidateVerb
{
    public static Command Build(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "The document: JSON, or YAML (.yaml, .yml)." };
        var command = new Command("validate", "Reads a document on this machine and says what is wrong with its form. Types and references are checked by the server: see apply --simulate.") { file };
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, async () =>
        {
            var document = await Document.ReadAsync(result.GetValue(file)!, cancellation);
            var format = document.File.ContentType == "application/yaml" ? DocumentFormat.Yaml : DocumentFormat.Auto;
            var reading = FormaReader.Read(document.File.Content, format);
            DiagnosticView.Write(context.Terminal.Error, reading.Diagnostics, document);
            if (reading.Forma is not { } forma)
                return ExitCode.InvalidDocument;
            context.Terminal.Out.WriteLine($"{document.Path} is well formed: {forma.Resources.Count} resources, {forma.Stacks.Count} stacks, {forma.Targets.Count} targets.");
            return ExitCode.Ok;
        }));
        return command;
    }
}
