using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Telemetry;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Traces;

/// <summary>Draws what <c>--trace FILE</c> has recorded.</summary>
internal static class TraceVerb
{
    public static Command Build(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "What --trace has written, or the file exporter of a collector." };
        var id = new Option<string?>("--command") { Description = "The trace of this command. Default: the last one with a command.", HelpName = "ID" };
        var list = new Option<bool>("--list") { Description = "List the traces instead." };
        var all = new Option<bool>("--all") { Description = "Show every span, also where many are alike." };
        var command = new Command("trace", "Draws a trace as a tree, with the time that everything took.") { file, id, list, all };
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, async () =>
        {
            var path = result.GetValue(file)!;
            (IReadOnlyList<TraceSpan> Spans, int Unreadable) read;
            try
            {
                read = await TraceFile.ReadAsync(path, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{path} cannot be read: {e.Message}");
            }

            if (read.Unreadable > 0)
                context.Terminal.Error.MarkupLine($"[yellow]{read.Unreadable} lines are no spans and are left out.[/]");
            var traces = read.Spans.GroupBy(span => span.Trace, StringComparer.Ordinal).Select(trace => trace.DistinctBy(span => span.Id).ToList()).OrderBy(trace => trace.Min(span => span.Start)).ToList();
            if (result.GetValue(list))
                return List(context.Terminal.Out, traces);
            var wanted = result.GetValue(id);
            var found = traces.LastOrDefault(trace => wanted is null ? CommandOf(trace) is not null : trace.Any(span => span.Attributes.GetValueOrDefault(Attributes.CommandId) == wanted))
                ?? (wanted is null ? traces.LastOrDefault() : null);
            if (found is null)
            {
                context.Terminal.Fail(
                    traces.Count == 0 ? $"{path} has no spans." : $"{path} has no trace of the command '{wanted}'.",
                    traces.Count == 0 ? "It is what '--trace FILE' of formae up and of the other verbs writes to." : $"formae trace {path} --list shows what there is.");
                return ExitCode.Failed;
            }

            new TraceView(context.Terminal.Out, found, result.GetValue(all)).Write();
            return ExitCode.Ok;
        }));
        return command;
    }

    private static int List(IAnsiConsole console, List<List<TraceSpan>> traces)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Start").AddColumn("Begins with").AddColumn("Command").AddColumn(new TableColumn("Spans").RightAligned()).AddColumn(new TableColumn("Time").RightAligned());
        foreach (var trace in traces)
        {
            var first = trace.MinBy(span => span.Start)!;
            table.AddRow(
                first.Start.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), Literal.Of(first.Name), Literal.Of(CommandOf(trace) ?? ""),
                trace.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), TraceView.Format(trace.Max(span => span.End) - first.Start));
        }

        console.Write(table);
        return ExitCode.Ok;
    }

    private static string? CommandOf(List<TraceSpan> trace) => trace.Find(span => span.Attributes.ContainsKey(Attributes.CommandId))?.Attributes[Attributes.CommandId];
}
