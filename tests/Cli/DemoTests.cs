using System.Diagnostics;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

/// <summary>The command of the README, as a process of its own.</summary>
public sealed class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_demo_comes_out_as_it_should_and_leaves_nothing_behind()
    {
        using var run = new TestRun();
        var temporary = Directory.CreateDirectory(Path.Combine(run.Folder, "tmp")).FullName;
        var start = new ProcessStartInfo("dotnet", [Cli(), "demo"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = temporary;
        start.Environment["FORMAE_CONFIG_DIR"] = Path.Combine(run.Folder, "config");
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);

        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The demo was not done within {Limit}.");
        }

        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode}\n{await output}\n{await error}");
        Assert.Equal("", await error);
        Assert.Contains("Plan: 19 to create, 0 to update, 0 to delete", await output, StringComparison.Ordinal);
        Assert.Contains("Every step came out as it should.", await output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(temporary, "formae-*"));
    }

    /// <summary>The command line's own build output, which has the apps beside it.</summary>
    private static string Cli()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, "Formae.Cli", own.Name, "formae.dll");
    }
}
