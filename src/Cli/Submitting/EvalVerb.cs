using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Output;
using Formae.Cli.Pkl;
using Formae.Protocol.Http;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Submitting;

internal static class EvalVerb
{
    public static Command Build(CliContext context, DocumentFlags flags)
    {
        var input = new DocumentInput(context, flags);
        var mode = new Option<string>("--mode")
        {
            Description = "What a Pkl document is told about the command that it is for.",
            HelpName = "reconcile|patch",
            DefaultValueFactory = _ => "reconcile",
        }.AcceptOnlyFromAmong("reconcile", "patch");
        var output = new Option<string>("--output", "-o")
        {
            Description = "How to print it.",
            HelpName = "json|yaml",
            DefaultValueFactory = _ => "json",
        }.AcceptOnlyFromAmong("json", "yaml");
        var command = new Command("eval", "Prints what a document evaluates to, with the values of its parameters. References and secrets stay as they are written.") { mode, output };
        input.AddTo(command);
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, async () =>
        {
            var document = await input.ReadAsync(result, new PklPurpose("eval", result.GetValue(mode)!), cancellation);
            var reading = document.Bind(forParametersOnly: true);
            DiagnosticView.Write(context.Terminal.Error, reading.Diagnostics, document);
            if (reading.Forma is not { } forma)
                return ExitCode.InvalidDocument;
            MachineOutput.Write(context.Terminal.RawOut, result.GetValue(output) == "yaml" ? OutputFormat.Yaml : OutputFormat.Json, forma, HttpJson.Default.Forma);
            return ExitCode.Ok;
        }));
        return command;
    }
}
