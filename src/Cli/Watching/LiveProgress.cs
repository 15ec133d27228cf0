using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Formae.Cli.Watching;

/// <summary>For a terminal: a picture of the command that is painted over, with a bar below.</summary>
internal sealed class LiveProgress(IAnsiConsole console, TimeProvider time) : IProgressView
{
    private const int BarWidth = 40;
    private const int Many = 1000;
    private static readonly TimeSpan BetweenPictures = TimeSpan.FromMilliseconds(200);

    private readonly long _started = time.GetTimestamp();

    private LiveDisplayContext? _live;
    private long? _painted;

    public bool ShowsWaiting => true;

    public Task<Command> RunAsync(Func<Task<Command>> follow) =>
        console.Live(new Markup("[grey]waiting for the first answer…[/]"))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(live =>
            {
                _live = live;
                return follow();
            });

    public void Show(WatchedCommand command, IReadOnlyList<UpdateText> news)
    {
        // Nothing is known yet but that it is there.
        if (command.Total == 0)
            return;

        // A large picture takes longer to make than an event takes to come.
        if (command.Total > Many && _painted is { } painted && time.GetElapsedTime(painted) < BetweenPictures)
            return;
        _painted = time.GetTimestamp();
        _live?.UpdateTarget(Picture(command, console.Profile.Height));
    }

    /// <summary>What fits: what runs and what failed goes before what is done, and that before what waits.</summary>
    public IRenderable Picture(WatchedCommand command, int height)
    {
        var room = Math.Max(3, height - 4);
        var shown = command.Updates;
        if (shown.Count > room)
        {
            // There may be very many: only as many of each rank are looked at as there is room for.
            List<UpdateText>[] byRank = [[], [], [], []];
            foreach (var update in command.Updates)
            {
                if (byRank[Rank(update)] is { } rank && rank.Count < room)
                    rank.Add(update);
            }

            shown = [.. byRank.SelectMany(rank => rank).Take(room)];
        }

        var rows = new List<IRenderable>(shown.Count + 2);
        foreach (var update in shown)
            rows.Add(Row(update));
        if (command.Total - command.Updates.Count(IsDone) - shown.Count(update => !IsDone(update)) is > 0 and var waiting)
            rows.Add(new Markup($"  [grey]… and {waiting} more to come[/]"));
        rows.Add(new Markup(Bar(command)));
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

    private string Bar(WatchedCommand command)
    {
        var total = command.Total;
        var done = command.Updates.Count(IsDone);
        var failed = command.Updates.Count(update => update.State is States.Failed or States.Rejected);
        var filled = total == 0 ? 0 : BarWidth * done / total;
        return $"  [{(failed > 0 ? "red" : "green")}]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {done}/{total}{(failed == 0 ? "" : $" [red]{failed} failed[/]")} [grey]{UpdateText.Format(Elapsed(command))}[/]";
    }

    /// <summary>How long the command has run, which may be longer than it has been watched.</summary>
    private TimeSpan Elapsed(WatchedCommand command)
    {
        var watched = time.GetElapsedTime(_started);
        return command.Started is { } started && time.GetUtcNow() - started is var ran && ran > watched ? ran : watched;
    }

    private static bool IsDone(UpdateText update) => States.IsFinal(update.State);
}
