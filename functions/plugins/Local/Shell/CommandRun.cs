using System.ComponentModel;
using System.Diagnostics;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Local;

/// <summary>One run of a program, in the target's root.</summary>
internal sealed record CommandRun(int ExitCode, string Errors, Problem? Problem)
{
    private const int MostErrorText = 2000;

    public static async Task<CommandRun> StartAsync(LocalRoot root, IReadOnlyList<string> words, ShellCommand command, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            WorkingDirectory = root.Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var limit = TimeSpan.FromSeconds(command.TimeoutSeconds ?? 30);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception notThere)
        {
            return Failed(Problems.InvalidRequest($"'{words[0]}' cannot be run: {notThere.Message}"));
        }

        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var output = DrainAsync(process.StandardOutput, either.Token);
            var errors = DrainAsync(process.StandardError, either.Token);
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            return new CommandRun(process.ExitCode, await errors.ConfigureAwait(false), null);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return Failed(Problems.Of(ProblemCodes.GeneralServiceException, $"'{words[0]}' took longer than {limit.TotalSeconds:0} s and was ended."));
        }
    }

    public Problem? Failure(string what) => Problem ?? (ExitCode == 0
        ? null
        : Problems.Of(ProblemCodes.GeneralServiceException, $"'{what}' ended with exit code {ExitCode}.{(Errors.Length == 0 ? "" : $" It said: {Errors}")}"));

    private static CommandRun Failed(Problem problem) => new(-1, "", problem);

    /// <summary>The end of what was said; a program that says much must not stand still because nobody listens.</summary>
    private static async Task<string> DrainAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        var tail = "";
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            tail += new string(buffer, 0, read);
            if (tail.Length > MostErrorText)
                tail = tail[^MostErrorText..];
        }

        return tail.Trim();
    }
}
