using Formae.Embedded.DurableTask.Tests.Crashes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Formae.Embedded.DurableTask.Tests;

/// <summary>The tests' own entry point: one of them starts this program again, to kill it.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [KilledChild.Argument, var folder, var life])
            return await KilledChild.RunAsync(folder, life);
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
