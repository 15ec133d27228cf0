using System.Globalization;
using Formae.Cli.Plans;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Histories;

/// <summary>Shows what was: the versions of a resource with what each changed, the commands of a stack, what others did.</summary>
internal static class HistoryView
{
    /// <param name="versions">Newest first; each is compared with the one after it.</param>
    /// <param name="most">How many of them to show.</param>
    /// <param name="isWhole">Whether the last of them is the first that there was.</param>
    public static void Write(IAnsiConsole console, IReadOnlyList<HistoricVersion> versions, int most, bool isWhole)
    {
        var newest = versions[0];
        console.MarkupLine($"[bold]{Literal.Of(newest.Label)}[/]  {Literal.Of(newest.Type)}  stack {Literal.Of(newest.Stack)}  [grey]{Literal.Of(newest.Ksuid)}[/]");
        for (var i = 0; i < Math.Min(most, versions.Count); i++)
        {
            var version = versions[i];
            var before = i + 1 < versions.Count ? versions[i + 1] : null;
            var kind = ResourceChange.KindOf(version.Operation);
            console.WriteLine();
            console.MarkupLine($"  [{ResourceChange.ColourOf(kind)}]{ResourceChange.SignOf(kind)} {Literal.Of(version.Operation)}[/]  {Time(version.Time)}  {Literal.Of(Writer(version.Kind, version.Mode, version.Source, version.CommandId))}{Notes(version, before)}");
            if (kind == ChangeKind.Delete || before is null && !isWhole)
                continue;
            PlanView.WriteLines(console, VersionDiff.Between(before?.Properties, version.Properties), new ValueText());
        }
    }

    public static void Write(IAnsiConsole console, string stack, IReadOnlyList<StackChange> changes)
    {
        console.MarkupLine($"[bold]Stack {Literal.Of(stack)}[/]");
        if (changes.Count == 0)
        {
            console.WriteLine("Nothing was written to it.");
            return;
        }

        TableView.Write(
            console,
            [new("Time"), new("Command"), new("What", Rank: 1), new("Created", Rank: 2), new("Updated", Rank: 2), new("Replaced", Rank: 2), new("Deleted", Rank: 2)],
            [.. changes.Select(change => new[]
            {
                Time(change.Time), change.CommandId, What(change.Kind, change.Mode, change.Source),
                Number(change.Created), Number(change.Updated), Number(change.Replaced), Number(change.Deleted),
            })]);
    }

    public static void Write(IAnsiConsole console, string stack, StackDrift drift)
    {
        if (drift.ModifiedResources.Count == 0)
        {
            console.MarkupLine($"[bold]Stack {Literal.Of(stack)}[/]: nothing changed since its last reconcile.");
            return;
        }

        console.MarkupLine($"[bold]Stack {Literal.Of(stack)}[/]");
        foreach (var modified in drift.ModifiedResources)
        {
            var kind = ResourceChange.KindOf(modified.Operation);
            console.MarkupLine($"  [{ResourceChange.ColourOf(kind)}]{ResourceChange.SignOf(kind),-3} {Literal.Of(modified.Label)}[/]  {Literal.Of(modified.Type)}");
            PlanView.WriteLines(console, PatchLine.Of(modified.PatchDocument, modified.OldProperties, modified.Properties), new ValueText());
        }
    }

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Notes(HistoricVersion version, HistoricVersion? before)
    {
        if (before is null)
            return "";
        var notes = new List<string>();
        if (before.Label != version.Label)
            notes.Add($"was {before.Label}");
        if (before.Stack != version.Stack)
            notes.Add($"from stack {before.Stack}");
        if (before.NativeId != version.NativeId && before.NativeId is not null)
            notes.Add("another object");
        return notes.Count == 0 ? "" : $"  [grey]({Literal.Of(string.Join("; ", notes))})[/]";
    }

    private static string Writer(string? kind, string? mode, string? source, string id) => $"{What(kind, mode, source)} {id}";

    private static string What(string? kind, string? mode, string? source) => (kind, source) switch
    {
        (null, _) => "command",
        (_, "sync") => "seen outside",
        (_, not (null or "user")) => $"{kind} ({source})",
        ("destroy" or "rollback", _) => kind,
        _ => string.IsNullOrEmpty(mode) ? kind : $"{kind} ({mode})",
    };

    private static string Number(int count) => count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture);
}
