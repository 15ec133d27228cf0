using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Formae.Cli.Watching;

/// <summary>For a terminal: a picture of the command that is painted over, with a bar below.</summary>
internal sealed class LiveProgress(IAnsiConsole console, TimeProvider time) : IProgressView
{
    private const int BarWidth = 40;

    private readonly long _started = time.GetTimestamp();

    public Task<Command> RunAsync(Func<Action<Command>, Task<Command>> poll) =>
        console.Live(new Markup("[grey]waiting for the first answer…[/]"))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(live => poll(command => live.UpdateTarget(Picture(command, console.Profile.Height))));

    /// <summary>What fits: what runs and what failed goes before what is done, and that before what waits.</summary>
    public IRenderable Picture(Command command, int height)
    {
        var updates = UpdateText.Of(command);
        var room = Math.Max(3, height - 4);
        var shown = updates.Count <= room
            ? updates
            : [.. updates.OrderBy(Rank).Take(room)];
        var rows = new List<IRenderable>(shown.Count + 2);
        foreach (var update in shown)
            rows.Add(Row(update));
        if (shown.Count < updates.Count)
            rows.Add(new Markup($"  [grey]… and {updates.Count - shown.Count} more[/]"));
        rows.Add(new Markup(Bar(updates)));
        return new Rows(rows);
    }

    private static int Rank(UpdateText update) => update.State switch
    {
        States.InProgress => 0,
        States.Failed or States.Rejected => 1,
        States.NotStarted => 3,
        _ => 2,
    };

    private Markup Row(UpdateText update)
    {
        var elapsed = update.Elapsed(time.GetUtcNow()) is { } known ? UpdateText.Format(known) : "";
        var attempt = update is { State: States.InProgress, Attempt: > 1 } ? $" [grey]attempt {update.Attempt}/{update.MaxAttempts}[/]" : "";
        var message = update.Message is { Length: > 0 } text && update.State is not States.Success ? $" [grey]{Literal.Of(text.ReplaceLineEndings(" "))}[/]" : "";
        var colour = UpdateText.ColourOf(update.State);
        return new Markup($"  [{colour}]{UpdateText.MarkOf(update.State)}[/] {update.Operation,-6} {Literal.Of(update.Name)}  [grey]{Literal.Of(update.Type)}[/] [{colour}]{elapsed}[/]{attempt}{message}")
            .Overflow(Overflow.Ellipsis);
    }

    private string Bar(IReadOnlyList<UpdateText> updates)
    {
        var done = updates.Count(update => States.IsFinal(update.State));
        var failed = updates.Count(update => update.State is States.Failed or States.Rejected);
        var filled = updates.Count == 0 ? 0 : BarWidth * done / updates.Count;
        return $"  [{(failed > 0 ? "red" : "green")}]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {done}/{updates.Count}{(failed == 0 ? "" : $" [red]{failed} failed[/]")} [grey]{UpdateText.Format(time.GetElapsedTime(_started))}[/]";
    }
}
