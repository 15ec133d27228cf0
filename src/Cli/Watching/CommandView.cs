using System.Globalization;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

/// <summary>Commands at rest: one with all that it does, or many as a table.</summary>
internal static class CommandView
{
    public static void Write(IAnsiConsole console, Command command, DateTimeOffset now)
    {
        console.MarkupLine($"[bold]Command {Literal.Of(command.CommandId)}[/]  {Literal.Of(What(command))}{(command.StartTs is { } start ? $"  [grey]{Time(start)}[/]" : "")}{((command.SubjectName ?? command.Subject) is { Length: > 0 } who ? $"  [grey]by {Literal.Of(who)}[/]" : "")}");
        foreach (var update in UpdateText.Of(command))
        {
            var colour = UpdateText.ColourOf(update.State);
            var elapsed = update.Elapsed(now) is { } known ? $"  {UpdateText.Format(known)}" : "";
            var attempt = update.Attempt is > 1 ? $"  attempt {update.Attempt}{(update.MaxAttempts is { } most ? $" of {most}" : "")}" : "";
            var message = update.Message is { Length: > 0 } text ? $"  {text.ReplaceLineEndings(" ")}" : "";
            console.MarkupLine($"  [{colour}]{UpdateText.MarkOf(update.State)} {update.State,-10}[/] {update.Operation,-6} {Literal.Of(update.Name)}  [grey]{Literal.Of(update.Type)}{elapsed}{attempt}[/]{Literal.Of(message)}");
        }

        if (command.Error is { Length: > 0 } error)
            console.MarkupLine($"  [{UpdateText.ColourOf(command.State)}]{Literal.Of(error.ReplaceLineEndings(" "))}[/]");
        console.MarkupLine($"[{UpdateText.ColourOf(command.State)}]{Literal.Of(OutcomeView.Summary(command, now))}[/]");
    }

    public static void WriteList(IAnsiConsole console, IReadOnlyList<Command> commands)
    {
        var state = new Column("State");
        TableView.Write(
            console,
            [new("Command"), new("What", Rank: 1), state, new("Started", Rank: 3), new("Changes", Rank: 2)],
            [.. commands.Select(Row)],
            (column, text) => column == state ? $"[{UpdateText.ColourOf(text)}]{Literal.Of(text)}[/]" : null);
    }

    private static string[] Row(Command command)
    {
        var updates = UpdateText.Of(command);
        return [command.CommandId, What(command), command.State, command.StartTs is { } start ? Time(start) : "", $"{updates.Count(update => update.State == States.Success)}/{updates.Count}"];
    }

    private static string What(Command command) => command.Kind is "destroy" or "rollback" || string.IsNullOrEmpty(command.Mode) ? command.Kind : $"{command.Kind} ({command.Mode})";

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
