using Formae.Cli.Up;
using Formae.Embedded.Host;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Conformance;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Cli.Plugins;

/// <summary>The app of a plugin, in processes of its own on a bus of its own. What the coordinator would do is done here: it knows only what travels.</summary>
internal sealed class AppUnderTest : IPluginUnderTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // It is killed for every sample, more than once.
    private static readonly SupervisorOptions Supervision = new() { Restarts = new RestartPolicy { MaxRestarts = int.MaxValue, FirstDelay = TimeSpan.FromMilliseconds(10), LongestDelay = TimeSpan.FromMilliseconds(50) } };

    private readonly AppManifest _manifest;
    private readonly DataDirectory _data;
    private readonly EmbeddedCluster _cluster;
    private readonly SaidLines _said = new();
    private Exchange? _exchange;

    private AppUnderTest(AppManifest manifest, DataDirectory data)
    {
        (_manifest, _data) = (manifest, data);
        var keys = Path.Combine(data.Path, "keys");
        Directory.CreateDirectory(keys);
        var ring = DataProtectionProvider.Create(new DirectoryInfo(keys), options => options.SetApplicationName("formae"));

        // Also makes the first key: two processes at once would each make one.
        Seal = new SecretSeal(ring);
        Seal.Seal(System.Text.Json.JsonElement.Parse("\"first\""));
        var messageKeys = new Keys.MessageKeyFile(data.Path);
        messageKeys.Ensure(TimeProvider.System.GetUtcNow());
        Directory.CreateDirectory(Path.Combine(data.Path, "plugin"));
        Settings = new Dictionary<string, string?>
        {
            ["FormaeKeyRing"] = keys,
            ["FormaeMessageKeyFile"] = messageKeys.Path,
            ["FormaePayloads"] = Path.Combine(data.Path, "payloads"),
            ["FormaePluginData"] = Path.Combine(data.Path, "plugin"),
            ["DOTNET_gcServer"] = "0",

            // Whoever is killed leaves the pipes of debuggers behind in the temporary folder.
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        _cluster = EmbeddedCluster.Create(data, Topology.Of([QueueOf(Instance.First), QueueOf(Instance.Second)], [.. Listeners]), [App(Instance.First), App(Instance.Second)], Hear, Supervision);
    }

    public PluginAnnouncement Announcement => Open.Announcement;

    public SecretSeal Seal { get; }

    public IReadOnlyCollection<string> Said => _said;

    private Dictionary<string, string?> Settings { get; }

    private Exchange Open => _exchange ?? throw new InvalidOperationException("The app has not been started.");

    /// <summary>Returns when both instances have announced themselves.</summary>
    /// <exception cref="UpException">The app does not start, or does not say that it is there.</exception>
    public static async Task<AppUnderTest> StartAsync(AppManifest manifest, CancellationToken cancellation)
    {
        var data = DataDirectory.Open(Directory.CreateTempSubdirectory("formae-conformance-").FullName, "formae plugin test");
        var app = new AppUnderTest(manifest, data);
        try
        {
            await app._cluster.StartAsync(cancellation);
            app._exchange = await Exchange.StartAsync(app._cluster.Addresses.BusConnectionString, app.Settings, cancellation);
            await app._exchange.HearAsync([app.QueueOf(Instance.First), app.QueueOf(Instance.Second)], Patience, cancellation);
            return app;
        }
        catch (Exception e) when (e is AppStartException or TimeoutException)
        {
            await app.DisposeAsync();
            throw new UpException(e.Message, e);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public string? Lacks(Instance instance) => instance is Instance.FastClock or Instance.SlowClock ? "a process has the clock of its machine; a test in process tries it" : null;

    public Task<OperationReport> ServeAsync(OperationRequest request, Instance instance, CancellationToken cancellationToken) => Open.AskAsync(QueueOf(instance), request, cancellationToken);

    public async Task<OperationReport> ServeThroughCrashAsync(OperationRequest request, TimeSpan usually, CancellationToken cancellationToken)
    {
        var queue = QueueOf(Instance.First);
        using var waiting = Open.Expect(request);
        await Open.SendAsync(queue, request, cancellationToken);

        // In the middle of the work, as far as one can know; what came before is the report of a dead man.
        await Task.Delay(usually / 2, cancellationToken);
        var dead = await KillAsync(cancellationToken);
        var again = request with { Sequence = request.Sequence + Exchange.SentAgain, Doubt = Model.Doubt.Unheard };
        var limit = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(limit) < Patience)
        {
            // Who answers first counts only if he lives.
            if (await waiting.NextAsync(Look, cancellationToken) is { } report)
            {
                if (report.ProcessId != dead)
                    return report;
            }
            else if (await Open.IsEmptyAsync(queue, cancellationToken))
            {
                // It was settled before the process died, and nobody heard of it: or its report is still on the way.
                return await waiting.NextAsync(Look * 10, cancellationToken) is { } late && late.ProcessId != dead ? late : await Open.AskAsync(queue, again, cancellationToken);
            }
        }

        throw new TimeoutException($"A {request.Verb.ToString().ToLowerInvariant()} that a crash interrupted had no report {Patience.TotalSeconds:0} s later.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_exchange is not null)
            await _exchange.DisposeAsync();
        await _cluster.DisposeAsync();
        _data.Dispose();
        Directory.Delete(_data.Path, recursive: true);
    }

    private string QueueOf(Instance instance) => Apps.RequestQueueOf(_manifest) + (instance == Instance.First ? "" : "-second");

    private string NameOf(Instance instance) => instance == Instance.First ? _manifest.Name : $"{_manifest.Name}-second";

    /// <summary>A plugin that listens must find what it listens to, or it does not start; here nothing is told.</summary>
    private IEnumerable<Listener> Listeners => new[] { Instance.First, Instance.Second }.Select(instance => Listener.Of(_manifest, NameOf(instance))).OfType<Listener>();

    private ClusterApp App(Instance instance) => new()
    {
        Name = NameOf(instance),
        AssemblyPath = _manifest.AssemblyPath,
        Settings = addresses => new Dictionary<string, string?>(Settings.Concat(Listener.Of(_manifest, NameOf(instance))?.Settings ?? new Dictionary<string, string?>())) { ["ServiceBus"] = addresses.BusConnectionString, ["FormaeRequestQueue"] = QueueOf(instance) },
    };

    private void Hear(LogLine line)
    {
        if (line.App != EmbeddedCluster.BusName)
            _said.Add(line.Text);
    }

    /// <summary>As the power cable would. Returns when another process serves in its place.</summary>
    /// <exception cref="PluginLostException">None does.</exception>
    private async Task<int> KillAsync(CancellationToken cancellation)
    {
        var name = NameOf(Instance.First);
        var dead = _cluster.Supervisor.StatusOf(name).ProcessId ?? throw new PluginLostException($"{name} does not run.");
        using (var process = System.Diagnostics.Process.GetProcessById(dead))
            process.Kill();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            while (_cluster.Supervisor.StatusOf(name) is not { Phase: AppPhase.Ready, ProcessId: { } alive } || alive == dead)
                await Task.Delay(Look, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PluginLostException($"{name} was killed, and did not serve again within {Patience.TotalSeconds:0} s.", e);
        }

        return dead;
    }
}
