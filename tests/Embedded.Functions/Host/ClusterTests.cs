using System.Collections.Concurrent;
using System.Diagnostics;
using Formae.Embedded.Host;

namespace Formae.Embedded.Functions.Tests;

/// <summary>A real broker and a real function app, each in its own process.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string Topology = """{"UserConfig":{"Namespaces":[{"Name":"test","Queues":[{"Name":"work"}]}]}}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = Patience };

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Broker_and_app_keep_their_addresses_over_kills_leave_interrupts_to_the_parent_and_end_gracefully()
    {
        using var data = DataDirectory.Open(_folder["data"], "a test");
        var ready = new ConcurrentDictionary<string, SemaphoreSlim>();
        var lines = new ConcurrentQueue<LogLine>();
        await using var cluster = CreateCluster(data, lines.Enqueue);
        cluster.Supervisor.Changed += status =>
        {
            if (status.Phase == AppPhase.Ready)
                ready.GetOrAdd(status.Name, _ => new SemaphoreSlim(0)).Release();
        };
        await cluster.StartAsync(TestContext.Current.CancellationToken);
        await ReadyAsync("bus");
        await ReadyAsync("app");
        var url = cluster.Addresses.Urls["app"];
        Assert.Equal(url, cluster.Supervisor.StatusOf("app").Url);
        Assert.Equal("arrived one", await RelayAsync("one"));

        Kill("app");
        await ReadyAsync("app");
        Assert.Equal((url, 137), (cluster.Supervisor.StatusOf("app").Url, cluster.Supervisor.StatusOf("app").LastExitCode));
        Assert.Equal("arrived two", await RelayAsync("two"));

        Kill("bus");
        await ReadyAsync("bus");
        Assert.Equal("arrived three", await RelayAsync("three"));

        var processes = cluster.Supervisor.Statuses.Select(status => status.ProcessId).ToArray();
        Interrupt("bus");
        Interrupt("app");
        Assert.Equal("arrived four", await RelayAsync("four"));
        Assert.Equal(processes, cluster.Supervisor.Statuses.Select(status => status.ProcessId));

        await cluster.StopAsync();
        Assert.All(cluster.Supervisor.Statuses, status => Assert.Equal((AppPhase.Stopped, 0), (status.Phase, status.LastExitCode)));
        Assert.Contains("Serving at", await File.ReadAllTextAsync(Path.Combine(data.LogsFolder, "app.log")), StringComparison.Ordinal);
        Assert.Contains(lines, line => line.App == "app" && line.Text.Contains(url, StringComparison.Ordinal));

        async Task ReadyAsync(string name) => Assert.True(await ready.GetOrAdd(name, _ => new SemaphoreSlim(0)).WaitAsync(Patience), $"'{name}' did not serve (again). Its log: {string.Join('\n', lines.Select(line => line.Text))}");

        async Task<string> RelayAsync(string text) => await _http.GetStringAsync(new Uri($"{url}/api/Relay?text={text}"));

        void Interrupt(string name)
        {
            using var kill = Process.Start("kill", ["-INT", $"{cluster.Supervisor.StatusOf(name).ProcessId}"]);
            kill.WaitForExit();
            Assert.Equal(0, kill.ExitCode);
        }

        void Kill(string name)
        {
            using var process = Process.GetProcessById(cluster.Supervisor.StatusOf(name).ProcessId!.Value);
            process.Kill();
        }
    }

    [Fact]
    public async Task When_the_parent_is_killed_its_children_end()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at /proc.");
        var start = new ProcessStartInfo(DotnetCommand.Path, [typeof(ClusterTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
            Environment = { [Program.Role] = "parent", [Program.Folder] = _folder["data"] },
        };
        using var parent = Process.Start(start)!;
        var pids = _folder[Path.Combine("data", "pids")];
        await UntilAsync(() => File.Exists(pids), "The parent's children did not serve.");
        var children = (await File.ReadAllLinesAsync(pids)).Select(int.Parse).ToArray();
        Assert.Equal(2, children.Length);
        Assert.All(children, child => Assert.True(Lives(child)));

        parent.Kill();
        await parent.WaitForExitAsync();
        await UntilAsync(() => !children.Any(Lives), "The children live on without their parent.");
    }

    internal static EmbeddedCluster CreateCluster(DataDirectory data, Action<LogLine>? log = null) => EmbeddedCluster.Create(
        data,
        Topology,
        [
            new ClusterApp
            {
                Name = "app",
                AssemblyPath = typeof(ClusterTests).Assembly.Location,
                Settings = addresses => new Dictionary<string, string?>
                {
                    [Program.Role] = "app",
                    ["Bus"] = addresses.BusConnectionString,
                    ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = "Relay",
                },
            },
        ],
        log,
        new SupervisorOptions { Restarts = new RestartPolicy { FirstDelay = TimeSpan.Zero } });

    /// <summary>A process that has ended but that nobody has asked for its exit code (a zombie) does not live.</summary>
    private static bool Lives(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string complaint)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, complaint);
            await Task.Delay(20);
        }
    }
}
