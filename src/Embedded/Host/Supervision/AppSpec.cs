namespace Formae.Embedded.Host;

/// <summary>A process to keep running.</summary>
internal sealed record AppSpec
{
    /// <summary>Unique; the logs carry it.</summary>
    public required string Name { get; init; }

    /// <summary>An executable, or a .dll that dotnet runs.</summary>
    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Default: the folder of the command when that is a path, else the supervisor's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Set on top of the supervisor's own environment; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The process writes it when it serves: a JSON object with <c>urls</c> or <c>port</c>.</summary>
    public required string ReadyFile { get; init; }

    /// <summary>Names of apps that must serve before this one is started, and that are stopped after it.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Of the name in the merged log.</summary>
    public ConsoleColor Colour { get; init; } = ConsoleColor.Gray;
}

internal enum AppPhase
{
    Stopped,
    Starting,
    Ready,

    /// <summary>It has ended unasked and waits for its next start.</summary>
    Restarting,

    /// <summary>It has ended too often; nothing more is tried.</summary>
    Crashed,
}

/// <param name="Name">The app.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="ProcessId">Of the running process.</param>
/// <param name="Url">Where it serves, as it said itself.</param>
/// <param name="Restarts">How often it was started again after an end that nobody had asked for.</param>
/// <param name="LastExitCode">Of the last process that ended; beyond 128 it was a signal.</param>
internal sealed record AppStatus(string Name, AppPhase Phase, int? ProcessId, string? Url, int Restarts, int? LastExitCode);

/// <summary>An app that cannot be started. The message has its last lines.</summary>
internal sealed class AppStartException(string message) : Exception(message);
