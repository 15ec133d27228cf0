using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Formae.BlackBox.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args) => args is [CommandLine.Word, .. var rest] ? await CommandLine.RunAsync(rest)
        : args.Contains("--server") || args.Contains("--internal-msbuild-node")
        ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await ConsoleRunner.Run(args);
}
