using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Pkl;
using Formae.Client;
using Formae.Protocol.Http;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Submitting;

internal static class ValidateVerb
{
    // What the server may find about the document itself; other refusals are about what is there at the moment.
    private static readonly HashSet<string> AboutTheDocument = new(StringComparer.Ordinal)
    {
        ErrorCodes.InvalidForma, ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, "ReferencedResourcesNotFound", "RequiredFieldMissingOnCreate", "CyclesDetected", "StackReferenceNotFound",
        "TargetReferenceNotFound", "EmptyStackRejected", "PluginNotFound", "Unauthorized",
    };

    public static Command Build(CliContext context, DocumentFlags flags)
    {
        var input = new DocumentInput(context, flags);
        var offline = new Option<bool>("--offline") { Description = "Look at the form alone, without a control plane." };
        var command = new Command("validate", "Says what is wrong with a document: its form on this machine; types, properties and references with a control plane, if there is one. Nothing is changed.") { offline };
        input.AddTo(command);
        var options = new CommonOptions { HasOutput = false };
        command.RunsOn(options, context, async (result, session) =>
        {
            var document = await input.ReadAsync(result, new PklPurpose("eval", "reconcile"), session.Cancellation);
            var reading = document.Bind();
            if (reading.Forma is not { } forma || result.GetValue(offline))
                DiagnosticView.Write(session.Terminal.Error, reading.Diagnostics, document);
            if (reading.Forma is null)
                return ExitCode.InvalidDocument;
            var counted = $"{Some(reading.Forma.Resources.Count, "resource")}, {Some(reading.Forma.Stacks.Count, "stack")}, {Some(reading.Forma.Targets.Count, "target")}.";
            if (result.GetValue(offline))
            {
                session.Terminal.Out.WriteLine($"{document.Path} is well formed: {counted}");
                return ExitCode.Ok;
            }

            try
            {
                return await Verb.GuardAsync(session, () => AskAsync(session, document, counted), document);
            }
            catch (FormaeConnectionException e) when (!options.IsServerGiven(result, context))
            {
                DiagnosticView.Write(session.Terminal.Error, reading.Diagnostics, document);
                session.Terminal.Out.WriteLine($"{document.Path} is well formed: {counted}");
                session.Terminal.Error.WriteLine($"Types, properties and references were not looked at. {e.Message}");
                return ExitCode.Ok;
            }
        });
        return command;
    }

    private static string Some(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    // A simulation leases and stores nothing. With force, what others changed meanwhile is no matter: this is about the document.
    private static async Task<int> AskAsync(Session session, Document document, string counted)
    {
        try
        {
            var request = new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, Simulate = true, Force = true, File = document.File, Parameters = document.Parameters };
            var response = await session.Client.SubmitAsync(request, session.Cancellation);
            DiagnosticView.Write(session.Terminal.Error, response.Diagnostics ?? [], document);
            session.Terminal.Out.WriteLine($"{document.Path} is sound: {counted}");
            return ExitCode.Ok;
        }
        catch (FormaeApiException e) when (e.Status < 500 && !AboutTheDocument.Contains(e.Response.Error) && e.Response.Diagnostics is not { Count: > 0 })
        {
            session.Terminal.Out.WriteLine($"{document.Path} is sound: {counted}");
            session.Terminal.Error.WriteLine($"An apply would be refused at the moment, though. {e.Message}");
            return ExitCode.Ok;
        }
    }
}
