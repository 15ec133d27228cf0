using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Client;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

internal static class StatusVerb
{
    public static System.CommandLine.Command Build(CliContext context)
    {
        var id = new Argument<string?>("ID") { Description = "A command. Default: a list of the latest ones.", Arity = ArgumentArity.ZeroOrOne };
        var watch = new Option<bool>("--watch", "-w") { Description = "Follow the command until it is done; without ID, your latest one." };
        var query = new Option<string?>("--query") { Description = "Only the commands that this query finds, such as 'status:Failed'.", HelpName = "QUERY" };
        var max = WholeNumber.Option("--max-results", "How many to list, 1 to 200.", least: 1, most: 200, otherwise: 10);
        var all = new Option<bool>("--all") { Description = "List all of them." };
        var command = new System.CommandLine.Command("status", "Shows commands: what they did, and how far they are.") { id, watch, query, max, all };
        command.Validators.Add(result =>
        {
            if (!string.IsNullOrEmpty(result.GetValue(id)) && !string.IsNullOrEmpty(result.GetValue(query)))
                result.AddError("Give an ID or --query, not both.");
        });
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var one = result.GetValue(id);
            if (string.IsNullOrEmpty(one) && result.GetValue(watch))
            {
                one = (await session.Client.ListCommandsAsync(result.GetValue(query), CommandScope.Client, 1, session.Cancellation)) is [var latest, ..] ? latest.CommandId : null;
                if (one is null)
                {
                    session.Terminal.Fail("There is no command to watch.");
                    return ExitCode.Failed;
                }
            }

            if (string.IsNullOrEmpty(one))
                return await ListAsync(session, result.GetValue(query), result.GetValue(all) ? null : result.GetValue(max));
            return result.GetValue(watch) ? await WatchAsync(session, one) : await ShowAsync(session, one);
        });
        return command;
    }

    private static async Task<int> WatchAsync(Session session, string id)
    {
        if (session.Format == OutputFormat.Human)
            return await new CommandWatch(session).RunAsync(id);
        var command = await new CommandWatch(session).FollowAsync(id, view: null);
        WriteObject(session, [command]);
        return command.State == States.Success ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<int> ShowAsync(Session session, string id)
    {
        var command = await session.Client.GetCommandAsync(id, session.Cancellation);
        if (session.Format == OutputFormat.Human)
            CommandView.Write(session.Terminal.Out, command, session.Time.GetUtcNow());
        else
            WriteObject(session, [command]);
        return ExitCode.Ok;
    }

    /// <param name="max">Null: all.</param>
    private static async Task<int> ListAsync(Session session, string? query, int? max)
    {
        var commands = max is { } most ? await session.Client.ListCommandsAsync(query, CommandScope.Agent, most, session.Cancellation) : await AllAsync(session, query);
        if (session.Format != OutputFormat.Human)
            WriteObject(session, commands);
        else if (commands.Count == 0)
            session.Terminal.Out.WriteLine("No commands.");
        else
            CommandView.WriteList(session.Terminal.Out, commands);
        return ExitCode.Ok;
    }

    private static async Task<IReadOnlyList<Protocol.Http.Command>> AllAsync(Session session, string? query)
    {
        var commands = new List<Protocol.Http.Command>();
        string? next = null;
        do
        {
            var page = await session.Client.GetCommandPageAsync(query, continuation: next, cancellation: session.Cancellation);
            commands.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return commands;
    }

    private static void WriteObject(Session session, IReadOnlyList<Protocol.Http.Command> commands) =>
        MachineOutput.Write(session.Terminal.RawOut, session.Format, new CommandList { Commands = commands }, HttpJson.Default.CommandList);
}
