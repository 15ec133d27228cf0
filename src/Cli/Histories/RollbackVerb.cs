using System.CommandLine;
using System.Globalization;
using Formae.Cli.CommandLine;
using Formae.Cli.Submitting;
using Formae.Client;
using Formae.Model;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Histories;

internal static class RollbackVerb
{
    public static Command Build(CliContext context)
    {
        var stack = new Option<string>("--stack") { Description = "The stack; it may be gone by now.", HelpName = "STACK", Required = true };
        var to = new Option<string>("--to") { Description = "Right after this command, or at this time: a command's id, a time such as 2027-01-31T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d.", HelpName = "COMMAND|TIME|AGO", Required = true };
        var simulate = new Option<bool>("--simulate") { Description = "Show the plan and stop." };
        var all = new Option<bool>("--all") { Description = "Show every change of a large plan; without it, of many alike ones the first few are shown and the rest is counted." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the outcome." };
        var command = new Command("rollback", "Puts a stack back to where it was.") { stack, to, simulate, yes, detach, all };
        command.Validators.Add(result =>
        {
            if (result.GetResult(to) is { Tokens: [var token, ..] } && !IsPoint(token.Value))
                result.AddError($"--to: '{token.Value}' is neither a command's id, nor a time such as 2027-01-31T12:00:00Z, nor how long ago: 90s, 15m, 2h, 7d.");
        });
        command.RunsOn(new CommonOptions(), context, (result, session) =>
        {
            var request = new SubmitRequest { Kind = SubmitKind.Rollback, Stack = result.GetValue(stack), To = result.GetValue(to), Simulate = result.GetValue(simulate) };
            return new Submission(session, request, document: null) { Yes = result.GetValue(yes), Detach = result.GetValue(detach), IsWhole = result.GetValue(all) }.RunAsync();
        });
        return command;
    }

    // Whether there is such a command, and such a time, the server knows.
    private static bool IsPoint(string text) =>
        Ksuid.IsValid(text)
        || (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) && text[^1] is 's' or 'm' or 'h' or 'd')
        || (text.Contains('T', StringComparison.OrdinalIgnoreCase) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _));
}
