using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Submitting;
using Formae.Client;

namespace Formae.Cli.Histories;

internal static class RollbackVerb
{
    public static Command Build(CliContext context)
    {
        var stack = new Option<string>("--stack") { Description = "The stack; it may be gone by now.", HelpName = "STACK", Required = true };
        var to = new Option<string>("--to") { Description = "Right after this command, or at this time: a command's id, a time such as 2027-01-31T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d.", HelpName = "COMMAND|TIME|AGO", Required = true };
        var simulate = new Option<bool>("--simulate") { Description = "Show the plan and stop." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the outcome." };
        var command = new Command("rollback", "Puts a stack back to where it was.") { stack, to, simulate, yes, detach };
        command.RunsOn(new CommonOptions(), context, (result, session) =>
        {
            var request = new SubmitRequest { Kind = SubmitKind.Rollback, Stack = result.GetValue(stack), To = result.GetValue(to), Simulate = result.GetValue(simulate) };
            return new Submission(session, request, document: null) { Yes = result.GetValue(yes), Detach = result.GetValue(detach) }.RunAsync();
        });
        return command;
    }
}
