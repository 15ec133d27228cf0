using Formae.Embedded.Host;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions.Tests;

/// <summary>Runs the tests or, where a test has started this executable, the part that the test needs in a process of its own.</summary>
internal static class Program
{
    public const string Role = "FORMAE_TEST_ROLE";
    public const string Folder = "FORMAE_TEST_FOLDER";

    public static async Task<int> Main(string[] args)
    {
        switch (Environment.GetEnvironmentVariable(Role))
        {
            case "app":
                await RunAppAsync();
                return 0;
            case "parent":
                await RunParentAsync(Environment.GetEnvironmentVariable(Folder)!);
                return 0;
        }

        return args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }

    private static async Task RunAppAsync()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.FunctionTypes = [typeof(RelayFunctions)];
        builder.ConfigureFunctionsWebApplication();
        await builder.Build().RunAsync();
    }

    /// <summary>Runs a cluster until it is killed.</summary>
    private static async Task RunParentAsync(string folder)
    {
        using var data = DataDirectory.Open(folder, "a test");
        await using var cluster = ClusterTests.CreateCluster(data);
        await cluster.StartAsync(CancellationToken.None);
        await File.WriteAllLinesAsync(Path.Combine(folder, "pids.partial"), cluster.Supervisor.Statuses.Select(status => $"{status.ProcessId}"));
        File.Move(Path.Combine(folder, "pids.partial"), Path.Combine(folder, "pids"));
        await Task.Delay(Timeout.Infinite);
    }
}
