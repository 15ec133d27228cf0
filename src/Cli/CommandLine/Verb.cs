using System.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Output;
using Formae.Cli.Pkl;
using Formae.Cli.Submitting;
using Formae.Cli.Traces;
using Formae.Cli.Up;
using Formae.Client;
using Formae.Embedded.Host;
using Formae.Protocol.Http;
using Command = System.CommandLine.Command;

namespace Formae.Cli.CommandLine;

/// <summary>The edge of every verb: where exceptions become texts and exit codes.</summary>
internal static class Verb
{
    /// <summary>Makes a command run <paramref name="run"/> against the server that its options name.</summary>
    public static void RunsOn(this Command command, CommonOptions options, CliContext context, Func<ParseResult, Session, Task<int>> run)
    {
        options.AddTo(command);
        command.SetAction((result, cancellation) => GuardAsync(context, async () =>
        {
            using var session = options.Open(result, context, cancellation);
            return await VerbTrace.RunAsync(result.CommandResult.Command.Name, options.TraceFile(result, context), () => GuardAsync(session, () => run(result, session)));
        }));
    }

    /// <summary>Runs <paramref name="run"/> and tells in the session's format what went wrong.</summary>
    public static async Task<int> GuardAsync(Session session, Func<Task<int>> run, Document? document = null)
    {
        try
        {
            return await run();
        }
        catch (FormaeApiException e) when (session.Format != OutputFormat.Human)
        {
            MachineOutput.Write(session.Terminal.RawError, session.Format, e.Response);
            return ErrorText.ExitCodeOf(e);
        }
        catch (FormaeApiException e)
        {
            ErrorText.Write(session.Terminal.Error, e, document, session.LookLater);
            return ErrorText.ExitCodeOf(e);
        }
        catch (InvalidDocumentException e) when (session.Format != OutputFormat.Human)
        {
            MachineOutput.Write(session.Terminal.RawError, session.Format, new ErrorResponse { Error = ErrorCodes.InvalidForma, Message = e.Message, Diagnostics = e.Diagnostics });
            return ExitCode.InvalidDocument;
        }
    }

    public static async Task<int> GuardAsync(CliContext context, Func<Task<int>> run)
    {
        var terminal = context.Terminal;
        try
        {
            return await run();
        }
        catch (UsageException e)
        {
            terminal.Fail(e.Message);
            return ExitCode.Usage;
        }
        catch (FormaeConnectionException e)
        {
            terminal.Fail(e.Message, e.Server.IsLoopback ? "Is the control plane running? 'formae up' starts one on this machine." : "Check --server and the network.");
            return ExitCode.Unreachable;
        }
        catch (TokenException e)
        {
            terminal.Fail(e.Message, "Sign in (az login), or put a token into $FORMAE_TOKEN.");
            return ExitCode.Failed;
        }
        catch (DocumentException e)
        {
            terminal.Fail(e.Message);
            return ExitCode.InvalidDocument;
        }
        catch (InvalidDocumentException e)
        {
            DiagnosticView.Write(terminal.Error, e.Diagnostics, e.Document);
            return ExitCode.InvalidDocument;
        }
        catch (ToolException e)
        {
            terminal.Fail(e.Message, e.Advice);
            return ExitCode.MissingTool;
        }
        catch (UpException e)
        {
            terminal.Fail(e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }
}
