using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

internal static class CancelVerb
{
    public static System.CommandLine.Command Build(CliContext context)
    {
        var id = new Argument<string?>("ID") { Description = "A command. Default: the last one that you gave.", Arity = ArgumentArity.ZeroOrOne };
        var query = new Option<string?>("--query") { Description = "The running commands that this query finds, such as 'stack:web'; 100 at most.", HelpName = "QUERY" };
        var force = new Option<bool>("--force") { Description = "Do not wait for what runs. The cloud may still carry it out; an object that comes to be is kept in the stack $unmanaged." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Follow the commands until they are over." };
        var command = new System.CommandLine.Command("cancel", "Stops commands: what has not started does not start, what runs comes to its end.") { id, query, force, watch };
        command.Validators.Add(result =>
        {
            if (!string.IsNullOrEmpty(result.GetValue(id)) && !string.IsNullOrEmpty(result.GetValue(query)))
                result.AddError("Give an ID or --query, not both.");
        });
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var which = result.GetValue(id) is { Length: > 0 } one ? $"id:{one}" : result.GetValue(query);
            var answer = await session.Client.CancelAsync(which, result.GetValue(force), session.Cancellation);
            if (session.Format == OutputFormat.Human)
                Write(session, answer);
            else if (!result.GetValue(watch))
                MachineOutput.Write(session.Terminal.RawOut, session.Format, answer, HttpJson.Default.CancelCommandResponse);
            return result.GetValue(watch) ? await FollowAsync(session, answer.CommandIds) : ExitCode.Ok;
        });
        return command;
    }

    private static void Write(Session session, CancelCommandResponse answer)
    {
        var updates = (answer.ResourceUpdateStates ?? new Dictionary<string, CanceledUpdate>()).Values.ToLookup(update => update.CommandId, StringComparer.Ordinal);
        foreach (var id in answer.CommandIds)
        {
            int Count(string state) => updates[id].Count(update => update.State == state);
            var counts = new[] { (Count(States.Canceled), "canceled"), (Count(States.InProgress), "still running"), (Count(States.Success), "done"), (Count(States.Failed), "failed") };
            var state = answer.Forced is true || Count(States.InProgress) == 0 ? States.Canceled : States.Canceling;
            var sum = string.Join(", ", counts.Where(count => count.Item1 > 0).Select(count => $"{count.Item1} {count.Item2}"));
            session.Terminal.Out.MarkupLine($"[{UpdateText.ColourOf(state)}]{state}[/]  command {Literal.Of(id)}{(sum.Length == 0 ? "" : $": {sum}")}");
        }
    }

    /// <summary>That they end canceled is what was asked for.</summary>
    private static async Task<int> FollowAsync(Session session, IReadOnlyList<string> ids)
    {
        var ended = new List<Protocol.Http.Command>();
        foreach (var id in ids)
        {
            var watch = new CommandWatch(session);
            if (session.Format != OutputFormat.Human)
                ended.Add(await watch.FollowAsync(id, view: null));
            else if (await watch.RunAsync(id) == ExitCode.Interrupted)
                return ExitCode.Interrupted;
        }

        if (session.Format != OutputFormat.Human)
            MachineOutput.Write(session.Terminal.RawOut, session.Format, new CommandList { Commands = ended }, HttpJson.Default.CommandList);
        return ExitCode.Ok;
    }
}
