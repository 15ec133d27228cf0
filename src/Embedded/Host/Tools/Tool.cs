using System.ComponentModel;
using System.Diagnostics;

namespace Formae.Embedded.Host;

/// <summary>Runs another program and takes what it prints.</summary>
internal static class Tool
{
    /// <exception cref="ToolException">It cannot be started, or takes too long.</exception>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string folder, TimeSpan timeout, CancellationToken cancellation)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new ToolException($"{program} cannot be started: {e.Message}.", null, e);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            process.StandardInput.Close();
            using var output = new MemoryStream();
            var copied = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await copied;
            var text = await error;
            await process.WaitForExitAsync(limit.Token);
            return new ToolResult(process.ExitCode, output.ToArray(), text);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException($"{Path.GetFileName(program)} took longer than {timeout.TotalSeconds:0} seconds and was stopped.", null);
        }
        finally
        {
            Stop(process);
        }
    }

    /// <summary>The first program of this name on the path; null when there is none.</summary>
    public static string? Find(string name, string? path)
    {
        string[] names = OperatingSystem.IsWindows() ? [$"{name}.exe", $"{name}.cmd"] : [name];
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(file => Path.Combine(folder, file)))
            .FirstOrDefault(IsProgram);
    }

    public static bool IsProgram(string file) =>
        File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static void Stop(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself between the two lines.
        }
    }
}

/// <param name="ExitCode">0: it went well.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it said.</param>
internal sealed record ToolResult(int ExitCode, byte[] Output, string Error);

/// <summary>A program that a verb needs is missing or does not work.</summary>
internal sealed class ToolException(string message, string? advice, Exception? inner = null) : Exception(message, inner)
{
    public string? Advice { get; } = advice;
}
