namespace Formae.Cli.CommandLine;

/// <summary>The command line cannot be meant as it stands; found where the parser cannot see it.</summary>
internal sealed class UsageException(string message) : Exception(message);
