using Formae.Coordination.Tests.Acceptance;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Formae.Coordination.Tests;

/// <summary>The tests' own entry point: one of them starts this program again, to have coordinators in processes of their own.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [RacingProcess.Argument, var tables])
            return await RacingProcess.RunAsync(tables);
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
