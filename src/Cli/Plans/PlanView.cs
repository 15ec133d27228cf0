using System.Globalization;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Plans;

/// <summary>Shows what a command would do: targets, then stack by stack every resource with its differences, then the sum.</summary>
internal static class PlanView
{
    // A plan of up to so many changes is shown whole.
    private const int Many = 100;

    // Of alike ones in a large plan; of what is lost with them there are more.
    private const int Shown = 3;
    private const int ShownDeletes = 20;

    /// <param name="console">Where to.</param>
    /// <param name="simulation">What would be done.</param>
    /// <param name="isWhole">Default true; otherwise, of a large plan, the first few of those that are alike are shown and the rest is counted.</param>
    public static void Write(IAnsiConsole console, Simulation simulation, bool isWhole = true)
    {
        var command = simulation.Command;
        foreach (var target in TargetChange.Of(command))
        {
            WriteHead(console, target.Kind, $"target {target.Update.TargetLabel}", "", Cascade(target.Update.CascadeSource));
            WriteLines(console, target.Lines(), new ValueText());
        }

        foreach (var policy in command.PolicyUpdates ?? [])
        {
            var (kind, name, notes) = PolicyText.Of(policy);
            WriteHead(console, kind, name, policy.PolicyType, notes);
            WriteLines(console, PolicyText.Lines(policy), new ValueText());
        }

        var changes = ResourceChange.Of(command);
        var stacks = (command.StackUpdates ?? []).Select(update => update.StackLabel).Concat(changes.Select(change => change.Stack)).Distinct(StringComparer.Ordinal);
        foreach (var stack in stacks)
        {
            var update = command.StackUpdates?.FirstOrDefault(update => update.StackLabel == stack);
            console.WriteLine();
            console.MarkupLine($"[bold]Stack {Literal.Of(stack)}[/]{(update is null ? "" : $" [grey]({Literal.Of(Participle(update.Operation))})[/]")}");
            WriteResources(console, [.. changes.Where(change => change.Stack == stack)], isWhole || changes.Count <= Many);
        }

        foreach (var warning in simulation.Warnings ?? [])
            console.MarkupLine($"[yellow]warning:[/] {Literal.Of(warning)}");
        console.WriteLine();
        console.MarkupLine($"[bold]{Summary(command)}[/]");
    }

    /// <summary><c>Plan: 3 to create, 1 to update, 0 to delete</c>; replaces, and targets that are there already, are named when there are any.</summary>
    public static string Summary(Command command)
    {
        var changes = ResourceChange.Of(command);
        int Count(ChangeKind kind) => changes.Count(change => change.Kind == kind);
        var replaced = Count(ChangeKind.Replace);
        return $"Plan: {Count(ChangeKind.Create)} to create, {Count(ChangeKind.Update)} to update, {(replaced == 0 ? "" : $"{replaced} to replace, ")}{Count(ChangeKind.Delete)} to delete{Targets(command)}";
    }

    private static string Targets(Command command)
    {
        var targets = TargetChange.Of(command);
        string Some(ChangeKind kind, string verb) => targets.Count(target => target.Kind == kind) is > 0 and var count ? $"; {count} {(count == 1 ? "target" : "targets")} to {verb}" : "";
        return Some(ChangeKind.Update, "update") + Some(ChangeKind.Replace, "replace") + Some(ChangeKind.Delete, "delete");
    }

    private static void WriteResources(IAnsiConsole console, List<ResourceChange> changes, bool isWhole)
    {
        var counts = new Dictionary<(ChangeKind, string), int>();
        foreach (var change in changes)
        {
            var alike = (change.Kind, change.Update.ResourceType);
            var count = counts[alike] = counts.GetValueOrDefault(alike) + 1;
            if (isWhole || count <= MostOf(change.Kind))
                WriteResource(console, change);
        }

        foreach (var ((kind, type), count) in counts.Where(alike => !isWhole && alike.Value > MostOf(alike.Key.Item1)))
            console.MarkupLine($"  [{ResourceChange.ColourOf(kind)}]{ResourceChange.SignOf(kind),-3}[/] [grey]… and {Literal.Of(string.Create(CultureInfo.InvariantCulture, $"{count - MostOf(kind):N0} more"))} of {Literal.Of(type)}; --all shows them[/]");
    }

    private static int MostOf(ChangeKind kind) => kind is ChangeKind.Delete or ChangeKind.Replace ? ShownDeletes : Shown;

    private static void WriteResource(IAnsiConsole console, ResourceChange change)
    {
        var update = change.Update;
        var renamed = update.OldLabel is { Length: > 0 } old && old != update.ResourceLabel ? $"was {old}" : "";
        var moved = update.OldStackName switch
        {
            Model.Stack.Unmanaged => "taken over from what was discovered",
            { Length: > 0 } from when from != update.StackName => $"from stack {from}",
            _ => "",
        };
        var forced = change.ForcedBy() is { Count: > 0 } fields ? $"{string.Join(", ", fields)} cannot be changed in place" : "";
        var cascade = Cascade(update.CascadeSource is { Length: > 0 } source ? source : update.IsCascade is true ? "something else here" : null);
        WriteHead(console, change.Kind, update.ResourceLabel ?? update.ResourceId, update.ResourceType, string.Join("; ", new[] { renamed, moved, forced, cascade }.Where(note => note.Length > 0)));
        WriteLines(console, change.Kind == ChangeKind.Delete ? [] : change.Lines(), new ValueText(update.ReferenceLabels));
    }

    private static void WriteHead(IAnsiConsole console, ChangeKind kind, string name, string type, string notes) =>
        console.MarkupLine($"  [{ResourceChange.ColourOf(kind)}]{ResourceChange.SignOf(kind),-3} {Literal.Of(name)}[/]{(type.Length == 0 ? "" : $"  {Literal.Of(type)}")}{(notes.Length == 0 ? "" : $"  [grey]({Literal.Of(notes)})[/]")}");

    internal static void WriteLines(IAnsiConsole console, IReadOnlyList<PatchLine> lines, ValueText values)
    {
        var width = Math.Min(24, lines.Count == 0 ? 0 : lines.Max(line => line.Path.Length));
        foreach (var line in lines)
            WriteLine(console, line, values, width);
    }

    private static void WriteLine(IAnsiConsole console, PatchLine line, ValueText values, int width)
    {
        string Text(System.Text.Json.JsonElement? value) => value is { } known ? Literal.Of(values.Of(known)) : "";
        var path = Literal.Of(line.Path.PadRight(width));
        console.MarkupLine(line.Sign switch
        {
            "+" => $"        [green]+[/] {path}  {Text(line.New)}",
            "-" => $"        [red]-[/] {path}  [grey]{Text(line.Old)}[/]",
            _ when line.Old is null => $"        [yellow]~[/] {path}  {Text(line.New)}",
            _ => $"        [yellow]~[/] {path}  [grey]{Text(line.Old)}[/] → {Text(line.New)}",
        });
    }

    private static string Cascade(string? source) => source is { Length: > 0 } ? $"because of {source}" : "";

    private static string Participle(string operation) => ResourceChange.KindOf(operation) switch
    {
        ChangeKind.Create => "new",
        ChangeKind.Update => "changed",
        ChangeKind.Delete => "deleted",
        _ => operation,
    };
}
