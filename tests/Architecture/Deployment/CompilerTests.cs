using System.Diagnostics;

namespace Formae.Architecture.Tests.Deployment;

/// <summary>The Bicep CLI itself, where the machine has it: it knows the types of resources, which the other tests do not.</summary>
public sealed class CompilerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static TheoryData<string, string> Files =>
    [
        ("build", "main.bicep"),
        ("lint", "main.bicep"),
        .. Infrastructure.Parameters.Select(file => new TheoryDataRow<string, string>("build-params", Path.GetFileName(file.Path))),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_compiler_has_nothing_to_say(string verb, string file)
    {
        var bicep = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "bicep.exe" : "bicep")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(bicep is null, "There is no Bicep CLI on the path; the workflow of the Azure host has one.");
        string[] arguments = verb == "lint" ? [verb, file] : [verb, file, "--stdout"];
        using var process = Process.Start(new ProcessStartInfo(bicep!, arguments) { WorkingDirectory = Repository.Full(Infrastructure.Folder), RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;

        Assert.Equal((0, ""), (process.ExitCode, string.Join('\n', said.Split('\n').Where(line => line.Contains("Error", StringComparison.Ordinal) || line.Contains("Warning", StringComparison.Ordinal)))));
    }
}
