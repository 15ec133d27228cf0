using Formae.Cli.Terminals;

namespace Formae.Cli.CommandLine;

/// <summary>What surrounds a run: the terminal, the environment and the clock.</summary>
internal sealed record CliContext(Terminal Terminal, Func<string, string?> Variable, TimeProvider Time)
{
    public static CliContext OfProcess() =>
        new(Terminal.OfProcess(Environment.GetEnvironmentVariable), Environment.GetEnvironmentVariable, TimeProvider.System);
}
