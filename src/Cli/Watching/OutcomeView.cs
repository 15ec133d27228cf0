using Formae.Cli.Plans;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Watching;

/// <summary>What became of a command: the sum, and everything that did not go well.</summary>
internal static class OutcomeView
{
    public static void Write(IAnsiConsole console, Command command, DateTimeOffset now)
    {
        var updates = UpdateText.Of(command);
        foreach (var update in updates.Where(update => update.State is States.Failed or States.Rejected or States.Canceled))
        {
            var colour = UpdateText.ColourOf(update.State);
            var attempts = update.Attempt is > 1 ? $" (after {update.Attempt} attempts)" : "";
            var message = update.Message is { Length: > 0 } text ? $": {text}" : update.Source is { Length: > 0 } source ? $": because of {source}" : "";
            console.MarkupLine($"  [{colour}]{UpdateText.MarkOf(update.State)} {Literal.Of(update.Operation)} {Literal.Of(update.Name)}[/]  {Literal.Of(update.Type)}{Literal.Of(message)}{attempts}");
        }

        if (command.Error is { Length: > 0 } error)
            console.MarkupLine($"  [{UpdateText.ColourOf(command.State)}]{Literal.Of(error)}[/]");
        console.MarkupLine($"[{UpdateText.ColourOf(command.State)}]{Literal.Of(Summary(command, now))}[/]");
    }

    /// <summary><c>Success: 3 created, 1 updated, 0 deleted in 1.2s</c>, and how many failed or were canceled; of one that runs, for how long by <paramref name="now"/>.</summary>
    public static string Summary(Command command, DateTimeOffset now)
    {
        var changes = (command.ResourceUpdates ?? []).ToLookup(update => update.State);
        int Done(ChangeKind kind) => changes[States.Success].Count(update => ResourceChange.KindOf(update.Operation) == kind);
        var parts = new List<string> { $"{Done(ChangeKind.Create)} created", $"{Done(ChangeKind.Update)} updated", $"{Done(ChangeKind.Delete)} deleted" };
        void Add(string word, int count)
        {
            if (count > 0)
                parts.Add($"{count} {word}");
        }

        Add("failed", changes[States.Failed].Count() + changes[States.Rejected].Count());
        Add("canceled", changes[States.Canceled].Count());
        Add("running", changes[States.InProgress].Count());
        Add("waiting", changes[States.NotStarted].Count());
        return $"{command.State}: {string.Join(", ", parts)}{Took(command, now)}";
    }

    private static string Took(Command command, DateTimeOffset now)
    {
        // While it runs, the time of its end is that of its last change.
        if (!States.IsFinal(command.State))
            return command.StartTs is { } began && now >= began ? $", {UpdateText.Format(now - began)} so far" : "";
        return command is { StartTs: { } start, EndTs: { } end } && end >= start ? $" in {UpdateText.Format(end - start)}" : "";
    }
}
