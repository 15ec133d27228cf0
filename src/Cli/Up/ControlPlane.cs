using System.Security.Cryptography;
using System.Text;
using Formae.Cli.Keys;
using Formae.Client;
using Formae.Embedded.Host;
using Formae.Embedded.Sqlite;
using Formae.Protocol.Bus;
using Formae.Telemetry.Export;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Cli.Up;

/// <summary>A control plane on this machine: the bus, the coordinator and one process for each plugin.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private readonly DataDirectory _data;
    private readonly EmbeddedCluster _cluster;
    private readonly Apps _apps;
    private readonly Storage _storage;
    private readonly string? _readyFile;
    private readonly string? _traceFile;
    private readonly bool _logsJson;
    private readonly Action<string>? _lost;

    /// <summary>Where the environment says that access is controlled, this program itself must be let in to see who has announced himself.</summary>
    private readonly string? _key = Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("Formae__Access__", StringComparison.OrdinalIgnoreCase))
        ? Convert.ToHexString(RandomNumberGenerator.GetBytes(32))
        : null;

    private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ControlPlane(DataDirectory data, Apps apps, Storage storage, ControlPlaneOptions options)
    {
        (_data, _apps, _storage, _readyFile, _traceFile, _logsJson, _lost) = (data, apps, storage, options.ReadyFile, options.TraceFile, options.LogsJson, options.Lost);
        var clusterApps = ClusterApps(options.Port).ToList();
        var log = options.Log?.Invoke([EmbeddedCluster.BusName, .. storage.Servers.Select(server => server.Name), .. clusterApps.Select(app => app.Name)]);
        _cluster = EmbeddedCluster.Create(data, Topology.Of(apps.Plugins.Concat(apps.Skipped.Select(skipped => skipped.Plugin)).Select(Apps.RequestQueueOf).Distinct(StringComparer.Ordinal), apps.Listeners), clusterApps, log, servers: storage.Servers);
        _cluster.Supervisor.Changed += Watch;
    }

    /// <summary>Where it is, and which processes it consists of.</summary>
    public ReadyFile Ready => new()
    {
        Address = Address,
        ProcessId = Environment.ProcessId,
        Processes = [.. _cluster.Supervisor.Statuses.Select(app => new ReadyProcess { Name = app.Name, ProcessId = app.ProcessId ?? 0, Url = _cluster.Addresses.Urls.GetValueOrDefault(app.Name) })],
    };

    /// <summary>The names of its plugins.</summary>
    public IEnumerable<string> Plugins => _apps.Plugins.Select(plugin => plugin.Name);

    /// <summary>What the coordinator says of plugins beside that they are there, known when it has started: why it refuses one, or takes it nevertheless.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    private string Address => _cluster.Addresses.Urls[Apps.CoordinatorName];

    private string Keys => Path.Combine(_data.Path, "keys");

    private MessageKeyFile MessageKeys => new(_data.Path);

    /// <summary>Returns when the coordinator serves and every plugin has announced itself.</summary>
    /// <exception cref="UpException">It cannot be started; the message says why.</exception>
    public static async Task<ControlPlane> StartAsync(ControlPlaneOptions options, CancellationToken cancellation)
    {
        var apps = Apps.Find(Path.Combine(AppContext.BaseDirectory, "apps"), options.Plugins, VersionGate.Of(typeof(ControlPlane).Assembly));
        var data = Open(options);
        ControlPlane plane;
        try
        {
            plane = new ControlPlane(data, apps, Storage.Of(data, options.Azurite is { } find ? await find() : null), options);
        }
        catch
        {
            data.Dispose();
            throw;
        }

        try
        {
            await plane.StartAsync(cancellation);
            return plane;
        }
        catch (AppStartException e)
        {
            await plane.DisposeAsync();
            throw new UpException(e.Message, e);
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when <paramref name="cancellation"/> asks for it.</summary>
    /// <exception cref="UpException">The bus, Azurite or the coordinator crashed too often. A plugin that does so is told of, and the others go on.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(asked.SetResult);
        await await Task.WhenAny(_crashed.Task, asked.Task);
    }

    /// <summary>Stops in the opposite order of the start: the bus is the last.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        RemoveReadyFile();
        _data.Dispose();
    }

    private static DataDirectory Open(ControlPlaneOptions options)
    {
        if (options.ReadyFile is { } ready && !Directory.Exists(Path.GetDirectoryName(ready)))
            throw new UpException($"The ready file {ready} cannot be written: there is no folder {Path.GetDirectoryName(ready)}.");
        DataDirectory data;
        try
        {
            data = DataDirectory.Open(options.Data, "formae up");
        }
        catch (StoreInUseException e)
        {
            throw new UpException($"{e.Message} Stop that one, or choose another folder with --data.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpException($"The data folder {options.Data} cannot be used: {e.Message}", e);
        }

        if (options.Port == 0 || Ports.IsFree(options.Port))
            return data;
        data.Dispose();
        throw new UpException($"Port {options.Port} is in use by another program: choose another one with --port (0 takes any free one).");
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        // Left behind by one that was killed, it would tell of processes that are gone.
        RemoveReadyFile();
        MakeFolders();
        await _cluster.StartAsync(cancellation);
        _data.Describe($"formae up at {Address}");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var waiting = Plugins.ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            await HearOfAsync(waiting, patience.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new UpException($"These plugins run, but the coordinator did not hear of them within {Patience.TotalSeconds:0} s: {string.Join(", ", waiting)}.", e);
        }

        WriteReadyFile();
    }

    private void WriteReadyFile()
    {
        if (_readyFile is null)
            return;
        try
        {
            Ready.Write(_readyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpException($"The ready file {_readyFile} cannot be written: {e.Message}", e);
        }
    }

    private void RemoveReadyFile()
    {
        if (File.Exists(_readyFile))
            File.Delete(_readyFile);
    }

    private void MakeFolders()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, "store"));
        Directory.CreateDirectory(Keys);
        MessageKeys.Ensure(TimeProvider.System.GetUtcNow());
        foreach (var plugin in _apps.Plugins)
            Directory.CreateDirectory(PluginData(plugin));

        // One process makes the first key of the ring: several at once would each make one, and not know the others'.
        if (Directory.GetFiles(Keys, "*.xml").Length == 0)
            DataProtectionProvider.Create(new DirectoryInfo(Keys), ring => ring.SetApplicationName("formae")).CreateProtector("formae").Protect("");
    }

    private IEnumerable<ClusterApp> ClusterApps(int port)
    {
        yield return new ClusterApp
        {
            Name = Apps.CoordinatorName,
            AssemblyPath = _apps.Coordinator,
            Port = port,
            Colour = ConsoleColor.Cyan,
            Settings = addresses => Settings(addresses, new(Skipped())
            {
                ["FormaeStorage"] = _storage.Tables,
                ["AzureWebJobsStorage"] = $"UseEmbeddedStorage=true;DataSource={Path.Combine(_data.Path, "hub")}",
                ["FORMAE_EVENTS_TOPIC"] = _apps.Listeners.Count > 0 ? BusContract.EventTopic : null,
                ["Formae__Access__Keys__reader__up"] = _key is null ? null : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(_key))),
            }),
        };
        ConsoleColor[] colours = [ConsoleColor.Green, ConsoleColor.Yellow, ConsoleColor.Magenta, ConsoleColor.Blue];
        foreach (var (plugin, index) in _apps.Plugins.Select((plugin, index) => (plugin, index)))
        {
            yield return new ClusterApp
            {
                Name = plugin.Name,
                AssemblyPath = plugin.AssemblyPath,
                Colour = colours[index % colours.Length],
                Settings = addresses => Settings(addresses, new(Listener.Of(plugin)?.Settings ?? new Dictionary<string, string?>())
                {
                    ["FormaeRequestQueue"] = Apps.RequestQueueOf(plugin),
                    ["FormaePluginData"] = PluginData(plugin),
                }),
            };
        }
    }

    /// <summary>Those that are not started cannot announce themselves: the coordinator is told of them, so that it can say why their operations wait.</summary>
    private Dictionary<string, string?> Skipped() => new(_apps.Skipped.SelectMany((skipped, index) => (KeyValuePair<string, string?>[])
    [
        new($"Formae__Skipped__{index}__Name", skipped.Plugin.Name),
        new($"Formae__Skipped__{index}__Namespace", skipped.Plugin.Namespace),
        new($"Formae__Skipped__{index}__Version", skipped.Plugin.Version),
        new($"Formae__Skipped__{index}__Reason", skipped.Reason),
    ]));

    private Dictionary<string, string?> Settings(ClusterAddresses addresses, Dictionary<string, string?> own)
    {
        var settings = new Dictionary<string, string?>(own)
        {
            ["ServiceBus"] = addresses.BusConnectionString,
            ["FormaeKeyRing"] = Keys,
            ["FormaeMessageKeyFile"] = MessageKeys.Path,
            ["FormaePayloads"] = _storage.Payloads,
            ["DOTNET_gcServer"] = "0",
        };
        if (_traceFile is not null)
            settings[TelemetrySettings.FileSetting] = _traceFile;
        if (_logsJson)
            settings["Logging__Console__FormatterName"] = "json";
        return settings;
    }

    private string PluginData(AppManifest plugin) => Path.Combine(_data.Path, "plugins", plugin.Name);

    /// <summary>The catalog outlives a run, so it is the processes of this one that must be in it.</summary>
    private async Task HearOfAsync(HashSet<string> waiting, CancellationToken cancellation)
    {
        using var client = new FormaeClient(new FormaeClientOptions { Server = new Uri(Address), Key = _key, ClientId = "formae-up" });
        while (true)
        {
            var all = await client.GetPluginsAsync(cancellation);
            waiting.RemoveWhere(name => _cluster.Supervisor.StatusOf(name) is var app && (app.Phase == AppPhase.Crashed || all.Any(known => Is(known.Name, name) && known.ProcessId == app.ProcessId)));
            if (waiting.Count == 0)
            {
                Notices = [.. all.Where(known => known.LoadReason is not null && Plugins.Concat(_apps.Skipped.Select(skipped => skipped.Plugin.Name)).Any(name => Is(known.Name, name))).Select(known => $"{(known.LoadStatus == "refused" ? "Skipped" : "Notice")}: {known.LoadReason}")];
                return;
            }

            await Task.Delay(Look, cancellation);
        }
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private void Watch(AppStatus app)
    {
        if (app.Phase != AppPhase.Crashed)
            return;
        var log = Path.Combine(_data.LogsFolder, $"{app.Name}.log");
        if (app.Name is Apps.CoordinatorName or EmbeddedCluster.BusName or AzuriteStorage.Name)
            _crashed.TrySetException(new UpException($"{app.Name} has crashed too often; its log is {log}."));
        else
            _lost?.Invoke($"The plugin {app.Name} has crashed too often and is not started again; the others go on. Its log is {log}: when the cause is gone, stop formae up and start it again. What is for the plugin waits until then, or fails when its time is over.");
    }
}
