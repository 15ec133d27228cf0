using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Cli.Watching;
using Formae.Embedded.Host;
using Formae.Sdk.Conformance;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Formae.Cli.Plugins;

/// <summary>The matrix of types and phases: drawn while it fills, and at the end with all reasons.</summary>
internal sealed class ConformanceView(CliContext context, AppManifest manifest)
{
    private readonly List<PhaseResult> _results = [];
    private readonly long _started = context.Time.GetTimestamp();

    private IAnsiConsole Out => context.Terminal.Out;

    public async Task<ConformanceReport> RunAsync(Func<Action<PhaseResult>, Task<ConformanceReport>> run)
    {
        Out.MarkupLine($"[bold]{Literal.Of(manifest.Name)} {Literal.Of(manifest.Version)}[/] runs in two processes, on a bus of its own.");
        var report = context.Terminal.IsLive
            ? await Out.Live(new Markup("[grey]starting…[/]")).AutoClear(true).Overflow(VerticalOverflow.Crop).StartAsync(live => run(result =>
            {
                _results.Add(result);
                live.UpdateTarget(new Rows(Matrix(_results), new Markup($"[grey]{Literal.Of($"{result.Type}: {result.Phase}")}  {UpdateText.Format(context.Time.GetElapsedTime(_started))}[/]")));
                live.Refresh();
            }))
            : await run(Line);
        Show(report);
        return report;
    }

    /// <summary>Types down, phases across: their names stand upright.</summary>
    public static IRenderable Matrix(IReadOnlyList<PhaseResult> results)
    {
        var phases = Phase.All.Where(phase => results.Any(result => result.Phase == phase)).ToList();
        var table = new Table().Border(TableBorder.None).AddColumn(new TableColumn("").NoWrap());
        foreach (var phase in phases)
            table.AddColumn(new TableColumn(Upright(phase)).Padding(0, 0, 0, 0).NoWrap());
        foreach (var row in results.GroupBy(result => (result.Type, result.Sample)))
        {
            var name = row.Key.Sample.Length == 0 ? Literal.Of(row.Key.Type) : $"{Literal.Of(row.Key.Type)} [grey]{Literal.Of(row.Key.Sample)}[/]";
            table.AddRow([new Markup(name), .. phases.Select(phase => Mark(row.FirstOrDefault(result => result.Phase == phase)))]);
        }

        return table;
    }

    private void Show(ConformanceReport report)
    {
        Out.Write(Matrix(report.Results));
        Out.WriteLine();
        foreach (var failure in report.Failures)
            Out.MarkupLine($"[red]✗ {Literal.Of(NameOf(failure))} {failure.Phase}[/]: {Literal.Of(failure.Reason ?? "")}");
        foreach (var left in report.Left)
            Out.MarkupLine($"[red]Left behind[/]: {Literal.Of(left)}");
        foreach (var reason in report.Results.Where(result => result.Verdict == Verdict.NotApplicable).GroupBy(result => (result.Phase, result.Reason)))
            Out.MarkupLine($"[grey]– {reason.Key.Phase}: {Literal.Of(reason.Key.Reason ?? "")} ({(reason.Count() == report.Results.Count(result => result.Phase == reason.Key.Phase) ? "all" : Literal.Of(string.Join(", ", reason.Select(NameOf))))})[/]");
        var (passed, failed, none) = (Count(report, Verdict.Passed), Count(report, Verdict.Failed), Count(report, Verdict.NotApplicable));
        Out.MarkupLine($"{(report.IsBrokenOff ? "[red]Broken off[/]" : failed == 0 ? "[green]Conforms[/]" : "[red]Does not conform[/]")}: {passed} passed, {failed} failed, {none} not applicable, in {UpdateText.Format(context.Time.GetElapsedTime(_started))}.");
    }

    /// <summary>Where nothing can be painted over, a sample is told of when it is done.</summary>
    private void Line(PhaseResult result)
    {
        if (_results.LastOrDefault() is { } last && (last.Sample, last.Type) != (result.Sample, result.Type))
            SampleDone();
        _results.Add(result);
        if (result.Verdict == Verdict.Failed)
            Out.MarkupLine($"  [red]✗[/] {Literal.Of(NameOf(result))} {result.Phase}");
    }

    private void SampleDone()
    {
        var last = _results[^1];
        var row = _results.Where(result => (result.Sample, result.Type) == (last.Sample, last.Type)).ToList();
        Out.MarkupLine($"  [grey]{Literal.Of(NameOf(last))}: {row.Count(result => result.Verdict == Verdict.Passed)} passed, {row.Count(result => result.Verdict == Verdict.Failed)} failed, {row.Count(result => result.Verdict == Verdict.NotApplicable)} not applicable, {UpdateText.Format(row.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration))}[/]");
    }

    private static int Count(ConformanceReport report, Verdict verdict) => report.Results.Count(result => result.Verdict == verdict);

    private static string NameOf(PhaseResult result) => result.Sample.Length == 0 ? result.Type : $"{result.Type} ({result.Sample})";

    private static Markup Upright(Phase phase) => new(string.Join('\n', phase.Name.Select(letter => $" {letter}")), new Style(phase.IsFault ? Color.Yellow : Color.Default));

    private static Markup Mark(PhaseResult? result) => new(result?.Verdict switch
    {
        Verdict.Passed => " [green]✓[/]",
        Verdict.Failed => " [red]✗[/]",
        Verdict.NotApplicable => " [grey]–[/]",
        _ => " [grey]·[/]",
    });
}
