using System.CommandLine;
using Formae.Cli.CommandLine;

namespace Formae.Cli.Pkl;

/// <summary>How a Pkl document is evaluated.</summary>
internal sealed class PklOptions
{
    public const string ProgramVariable = "FORMAE_PKL";

    private const int DefaultSeconds = 60;

    private readonly Option<string?> _program = new("--pkl")
    {
        Description = $"The pkl program. Default: ${ProgramVariable}, else the one on the path, else one that is installed with npm when it is first needed.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _root = new("--pkl-root")
    {
        Description = "A Pkl document reads no file outside of this folder. Default: the nearest folder above the document with a PklProject or a .git, else the document's own.",
        HelpName = "FOLDER",
    };

    private readonly Option<string[]> _variables = new("--pkl-env")
    {
        Description = "An environment variable that a Pkl document may read; it may read no other. Can be repeated.",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _seconds = WholeNumber.Option("--pkl-timeout", "Seconds that the evaluation of a Pkl document may take, 1 to 3600.", least: 1, most: 3600, DefaultSeconds, "SECONDS");

    public void AddTo(Command command)
    {
        command.Add(_program);
        command.Add(_root);
        command.Add(_variables);
        command.Add(_seconds);
    }

    /// <summary>What a line says whose verb has these options.</summary>
    public static PklSettings Of(ParseResult result) => new()
    {
        Program = result.GetValue<string?>("--pkl"),
        Root = result.GetValue<string?>("--pkl-root"),
        Variables = result.GetValue<string[]>("--pkl-env") ?? [],
        Timeout = TimeSpan.FromSeconds(result.GetValue<int>("--pkl-timeout")),
    };
}

internal sealed record PklSettings
{
    public string? Program { get; init; }

    public string? Root { get; init; }

    public IReadOnlyList<string> Variables { get; init; } = [];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}
