using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Histories;

internal static class HistoryVerb
{
    public static System.CommandLine.Command Build(CliContext context)
    {
        var name = new Argument<string?>("RESOURCE") { Description = "A KSUID, a label, or STACK/TYPE/LABEL.", Arity = ArgumentArity.ZeroOrOne };
        var stack = new Option<string?>("--stack") { Description = "Without RESOURCE: what was done to this stack. With it: look in the history of this stack, where what is gone is found too.", HelpName = "STACK" };
        var max = WholeNumber.Option("--max-results", "How many versions or commands, 1 to 200.", least: 1, most: 200, otherwise: 20);
        var command = new System.CommandLine.Command("history", "Shows the versions of a resource and what each changed, or what was done to a stack.") { name, stack, max };
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(name)) && string.IsNullOrEmpty(result.GetValue(stack)))
                result.AddError("Give a RESOURCE, or --stack: whose history?");
        });
        command.RunsOn(new CommonOptions(), context, (result, session) => result.GetValue(name) is { Length: > 0 } resource
            ? ResourceAsync(session, resource, result.GetValue(stack), result.GetValue(max))
            : StackAsync(session, result.GetValue(stack)!, result.GetValue(max)));
        return command;
    }

    private static async Task<int> ResourceAsync(Session session, string name, string? stack, int max)
    {
        var found = await new ResourceLookup(session).FindAsync(name, stack);
        if (found.Count != 1)
        {
            if (found.Count == 0)
                session.Terminal.Fail($"There is no resource '{name}'.", stack is null ? "If it was deleted, name the stack that it was in: --stack STACK." : null);
            else
                session.Terminal.Fail($"'{name}' may stand for {found.Count} resources. Give one of these KSUIDs:\n{string.Join('\n', found.Select(one => $"  {one.Ksuid}  {one.Name}"))}");
            return ExitCode.Failed;
        }

        // For people one more is read, because the last one shown is compared with the one before it.
        var read = session.Format == OutputFormat.Human ? Math.Min(max + 1, 200) : max;
        var history = await session.Client.GetResourceHistoryAsync(found[0].Ksuid, next: null, read, session.Cancellation);
        if (session.Format != OutputFormat.Human)
        {
            MachineOutput.Write(session.Terminal.RawOut, session.Format, history, HttpJson.Default.ResourceHistory);
            return ExitCode.Ok;
        }

        HistoryView.Write(session.Terminal.Out, history.Versions, max, isWhole: history.Next is null);
        if (history.Versions.Count > max || history.Next is not null)
            session.Terminal.Error.WriteLine("There are older ones: --max-results shows more.");
        return ExitCode.Ok;
    }

    private static async Task<int> StackAsync(Session session, string stack, int max)
    {
        var history = await session.Client.GetStackHistoryAsync(stack, label: null, next: null, max, session.Cancellation);
        if (session.Format != OutputFormat.Human)
        {
            MachineOutput.Write(session.Terminal.RawOut, session.Format, history, HttpJson.Default.StackHistory);
            return ExitCode.Ok;
        }

        HistoryView.Write(session.Terminal.Out, stack, history.Changes);
        if (history.Next is not null)
            session.Terminal.Error.WriteLine("There are older ones: --max-results shows more.");
        return ExitCode.Ok;
    }
}
