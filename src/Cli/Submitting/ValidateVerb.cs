using System.CommandLine;
using System.Globalization;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Output;
using Formae.Cli.Pkl;
using Formae.Cli.Terminals;
using Formae.Client;
using Formae.Protocol.Http;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Submitting;

internal static class ValidateVerb
{
    // What the server may find about the document itself; other refusals are about what is there at the moment.
    private static readonly HashSet<string> AboutTheDocument = new(StringComparer.Ordinal)
    {
        ErrorCodes.InvalidForma, ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, "ReferencedResourcesNotFound", "RequiredFieldMissingOnCreate", "CyclesDetected", "StackReferenceNotFound",
        "TargetReferenceNotFound", "EmptyStackRejected", "PluginNotFound", "Unauthorized", "UnexpectedAnswer",
    };

    public static Command Build(CliContext context, DocumentFlags flags)
    {
        var input = new DocumentInput(context, flags);
        var offline = new Option<bool>("--offline") { Description = "Look at the form alone, without a control plane." };
        var command = new Command("validate", "Says what is wrong with a document: its form on this machine; types, properties and references with a control plane, if there is one. Nothing is changed.") { offline };
        input.AddTo(command);
        var options = new CommonOptions();
        command.RunsOn(options, context, async (result, session) =>
        {
            var document = await input.ReadAsync(result, new PklPurpose("eval", "reconcile"), session.Cancellation);
            var isOffline = result.GetValue(offline);
            var reading = await Patience.ForAsync(session.Terminal, session.Time, $"Reading {document.Path}", Task.Run(() => document.Bind(), session.Cancellation));
            var answer = new ValidateAnswer(session, document, reading);
            if (reading.Forma is null || isOffline)
                return answer.OfForm();
            try
            {
                return await Verb.GuardAsync(session, () => AskAsync(session, document, answer, reading.Forma.Resources.Count), document);
            }
            catch (FormaeConnectionException e) when (!options.IsServerGiven(result, context))
            {
                return answer.OfForm(e.Message);
            }
        });
        return command;
    }

    // A simulation leases and stores nothing. With force, what others changed meanwhile is no matter: this is about the document.
    private static async Task<int> AskAsync(Session session, Document document, ValidateAnswer answer, int resources)
    {
        try
        {
            var request = new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, Simulate = true, Force = true, File = document.File, Parameters = document.Parameters };
            var planning = session.Client.SubmitAsync(request, session.Cancellation);
            var response = await Patience.ForAsync(session.Terminal, session.Time, string.Create(CultureInfo.InvariantCulture, $"Planning {resources:N0} resources"), planning);
            return answer.Sound(response.Diagnostics ?? []);
        }
        catch (FormaeApiException e) when (e.Status < 500 && !AboutTheDocument.Contains(e.Response.Error) && e.Response.Diagnostics is not { Count: > 0 })
        {
            return answer.Sound([], e);
        }
        catch (FormaeApiException e) when (session.Format != OutputFormat.Human && ErrorText.ExitCodeOf(e) == ExitCode.InvalidDocument)
        {
            return answer.Wrong(e);
        }
    }
}
