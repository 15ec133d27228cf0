using Azure.Core;
using Azure.Identity;
using Formae.Cli.Terminals;

namespace Formae.Cli.CommandLine;

/// <summary>What surrounds a run: the terminal, the environment and the clock.</summary>
internal sealed record CliContext(Terminal Terminal, Func<string, string?> Variable, TimeProvider Time)
{
    /// <summary>Where tokens come from: the environment, or whoever is signed in on this machine. Made only when it is asked for.</summary>
    public Func<TokenCredential> Credential { get; init; } = static () => new DefaultAzureCredential();

    /// <summary>What is piped into the program, as bytes.</summary>
    public Func<Stream> Input { get; init; } = static () => Console.OpenStandardInput();

    public static CliContext OfProcess() =>
        new(Terminal.OfProcess(Environment.GetEnvironmentVariable), Environment.GetEnvironmentVariable, TimeProvider.System);
}
