namespace Formae.Cli.CommandLine;

/// <summary>What a script can tell from the end of <c>formae</c>; docs/cli.md lists them.</summary>
internal static class ExitCode
{
    /// <summary>Done, or nothing to do, or the person said no.</summary>
    public const int Ok = 0;

    /// <summary>The command failed, was canceled or was refused.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No answer from the server.</summary>
    public const int Unreachable = 3;

    /// <summary>The document cannot be read or is wrong.</summary>
    public const int InvalidDocument = 4;

    /// <summary>A program that is needed, such as pkl, is missing or does not work.</summary>
    public const int MissingTool = 5;

    /// <summary>Stopped by the person; a command that was accepted goes on.</summary>
    public const int Interrupted = 130;
}
