using Spectre.Console;

namespace Formae.Cli.Terminals;

/// <summary>Where a run prints and asks: a person's terminal, or a pipe.</summary>
internal sealed class Terminal
{
    // Nobody folds lines in a pipe: what reads them next would not find them again.
    private const int PipeWidth = 10_000;

    private readonly TextReader _input;
    private readonly bool _canAsk;
    private readonly Action? _forgetTyped;

    /// <param name="output">What was asked for.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="input">Answers.</param>
    /// <param name="abilities">What is at the other end.</param>
    /// <param name="forgetTyped">Throws away what was typed and not read yet.</param>
    public Terminal(TextWriter output, TextWriter error, TextReader input, TerminalAbilities abilities, Action? forgetTyped = null)
    {
        _forgetTyped = forgetTyped;
        RawOut = output;
        RawError = error;
        _input = input;
        _canAsk = abilities.CanAsk;
        IsLive = abilities.IsLive;
        IsErrorLive = abilities.IsErrorLive;
        HasColour = abilities is { IsErrorLive: true, Colour: true };
        Out = Console(output, abilities.IsLive, abilities);
        Error = Console(error, abilities.IsErrorLive, abilities);
    }

    /// <summary>What was asked for.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>What went wrong, and what is on the way.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>For machines: untouched by width and colour.</summary>
    public TextWriter RawOut { get; }

    public TextWriter RawError { get; }

    /// <summary>The error stream shows colours, and they are wanted.</summary>
    public bool HasColour { get; }

    /// <summary>Lines that were printed can be painted over.</summary>
    public bool IsLive { get; }

    /// <summary>The same of the error stream.</summary>
    public bool IsErrorLive { get; }

    /// <summary>Somebody is there to answer a question.</summary>
    public bool CanAsk => _canAsk;

    public static Terminal OfProcess(Func<string, string?> variable) =>
        new(System.Console.Out, System.Console.Error, System.Console.In, AbilitiesOf(variable), ForgetTyped);

    public static TerminalAbilities AbilitiesOf(Func<string, string?> variable) => new()
    {
        IsLive = !System.Console.IsOutputRedirected && variable("TERM") != "dumb",
        IsErrorLive = !System.Console.IsErrorRedirected && variable("TERM") != "dumb",
        CanAsk = !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected,
        Colour = string.IsNullOrEmpty(variable("NO_COLOR")),
    };

    /// <summary>Asks a yes-or-no question; an empty answer and the end of the input are no. What was typed before the question is no answer to it.</summary>
    /// <exception cref="OperationCanceledException">The person leaves instead.</exception>
    public async Task<bool> ConfirmAsync(string question, CancellationToken cancellation)
    {
        if (!_canAsk)
            throw new InvalidOperationException("Nobody is there to ask.");
        _forgetTyped?.Invoke();
        Out.Markup($"[bold]{Literal.Of(question)}[/] [grey][[y/N]][/] ");

        // A line that is being waited for cannot be given up: it is left to its own thread.
        var line = await Task.Factory.StartNew(_input.ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellation);
        return line?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    /// <summary>One error and, if there is one, what to do about it.</summary>
    public void Fail(string message, string? advice = null)
    {
        Error.MarkupLine($"[red]error:[/] {Literal.Of(message)}");
        if (advice is not null)
            Error.MarkupLine(Literal.Of(advice));
    }

    private static void ForgetTyped()
    {
        while (System.Console.KeyAvailable)
            System.Console.ReadKey(intercept: true);
    }

    private static IAnsiConsole Console(TextWriter writer, bool live, TerminalAbilities abilities)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = live ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = live && abilities.Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = live ? InteractionSupport.Yes : InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (abilities.Width is { } width)
            console.Profile.Width = width;
        else if (!live)
            console.Profile.Width = PipeWidth;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}

/// <summary>What a terminal can do.</summary>
internal sealed record TerminalAbilities
{
    public bool IsLive { get; init; }

    public bool IsErrorLive { get; init; }

    public bool CanAsk { get; init; }

    public bool Colour { get; init; }

    /// <summary>Columns. Default: the terminal's, and no end in a pipe.</summary>
    public int? Width { get; init; }
}
