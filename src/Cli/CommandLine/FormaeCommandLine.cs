using System.CommandLine;
using System.CommandLine.Invocation;
using Formae.Cli.DeadLetters;
using Formae.Cli.Demo;
using Formae.Cli.Health;
using Formae.Cli.Histories;
using Formae.Cli.Inventories;
using Formae.Cli.Keys;
using Formae.Cli.Plugins;
using Formae.Cli.Schemas;
using Formae.Cli.Submitting;
using Formae.Cli.Traces;
using Formae.Cli.Up;
using Formae.Cli.Watching;
using Spectre.Console;

namespace Formae.Cli.CommandLine;

/// <summary>The tree of verbs, and one run of it.</summary>
internal static class FormaeCommandLine
{
    /// <param name="context">What surrounds the run.</param>
    /// <param name="flags">The parameters of the document that is named, each an option. Default: none is.</param>
    public static RootCommand Tree(CliContext context, DocumentFlags? flags = null) => new("Formae: infrastructure as code, as functions.")
    {
        ApplyVerb.Build(context, flags ?? DocumentFlags.None),
        DestroyVerb.Build(context, flags ?? DocumentFlags.None),
        RollbackVerb.Build(context),
        StatusVerb.Build(context),
        CancelVerb.Build(context),
        InventoryVerb.Build(context),
        HistoryVerb.Build(context),
        DriftVerb.Build(context),
        SyncVerb.Build(context),
        ValidateVerb.Build(context, flags ?? DocumentFlags.None),
        EvalVerb.Build(context, flags ?? DocumentFlags.None),
        SchemaVerb.Build(context),
        DoctorVerb.Build(context),
        DeadLetterVerb.Build(context),
        UpVerb.Build(context),
        PluginVerb.Build(context),
        TraceVerb.Build(context),
        KeysVerb.Build(context),
        DemoVerb.Build(context),
    };

    public static Task<int> RunAsync(string[] args, CliContext context, CancellationToken cancellation) => Verb.GuardAsync(context, async () =>
    {
        // Which options there are is known once the document has said which parameters it has.
        var first = Tree(context).Parse(args);
        var flags = await DocumentFlags.FindAsync(args, first, context, cancellation);
        return await RunAsync(ReferenceEquals(flags, DocumentFlags.None) ? first : Tree(context, flags).Parse(args), context, cancellation);
    });

    private static async Task<int> RunAsync(ParseResult result, CliContext context, CancellationToken cancellation)
    {
        if (result.Errors.Count > 0 && result.Action is null or ParseErrorAction)
        {
            // Of a verb that does not exist the parser also says that there is none.
            var unknown = result.UnmatchedTokens.Count > 0 ? result.Errors.Where(error => result.UnmatchedTokens.Any(token => error.Message.Contains(token, StringComparison.Ordinal))).ToList() : [];
            var isVerb = unknown.Count > 0 && result.CommandResult.Command.Subcommands.Count > 0;
            foreach (var error in isVerb ? unknown.Take(1) : result.Errors)
            {
                // Of a word that is no verb, what follows it is not wrong by itself.
                var near = isVerb ? Model.Suggestion.Sentence(result.UnmatchedTokens[0], result.CommandResult.Command.Subcommands.Select(verb => verb.Name)) : "";
                context.Terminal.Fail(error.Message + near);
            }

            context.Terminal.Error.WriteLine($"'{Path(result.CommandResult)} --help' tells how it is used.");
            return ExitCode.Usage;
        }

        // Signals are the program's own matter: leaving a watch and stopping a control plane take longer than the parser's default allows.
        var configuration = new InvocationConfiguration
        {
            Output = context.Terminal.RawOut,
            Error = context.Terminal.RawError,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await result.InvokeAsync(configuration, cancellation);
    }

    private static string Path(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "formae";
}
