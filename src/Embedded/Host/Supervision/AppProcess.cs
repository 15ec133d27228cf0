using System.Diagnostics;

namespace Formae.Embedded.Host;

/// <summary>One run of an app. Its standard input is a pipe that nobody writes to: it ends when this process ends, however that comes about.</summary>
internal sealed class AppProcess : IDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _output;

    private AppProcess(Process process, Action<string, bool> log)
    {
        _process = process;
        _output = Task.WhenAll(PumpAsync(process.StandardOutput, text => log(text, false)), PumpAsync(process.StandardError, text => log(text, true)));
        Ended = EndAsync();
    }

    public int Id => _process.Id;

    /// <summary>The exit code, when the process has ended and its last lines are logged.</summary>
    public Task<int> Ended { get; }

    /// <exception cref="AppStartException">The command cannot be run.</exception>
    public static AppProcess Start(AppSpec spec, Action<string, bool> log)
    {
        var isLibrary = spec.Command.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isLibrary ? DotnetCommand.Path : spec.Command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = spec.WorkingDirectory ?? Path.GetDirectoryName(spec.Command) ?? "",
        };
        if (isLibrary)
            start.ArgumentList.Add(spec.Command);
        foreach (var argument in spec.Arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;
        try
        {
            return new AppProcess(Process.Start(start)!, log);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new AppStartException($"'{spec.Name}' cannot be started: {spec.Command}: {e.Message}");
        }
    }

    public void AskToEnd()
    {
        if (!_process.HasExited)
            Signals.AskToEnd(_process);
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose() => _process.Dispose();

    private async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync();

        // A grandchild may hold the other end of the pipes for as long as it lives; the app itself is gone.
        await Task.WhenAny(_output, Task.Delay(LastWords, TimeProvider.System));
        return _process.ExitCode;
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> log)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                log(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            log($"(the output cannot be read any more: {e.Message})");
        }
    }
}
