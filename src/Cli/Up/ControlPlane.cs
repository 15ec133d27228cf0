using System.Globalization;
using System.Security.Cryptography;
using Formae.Client;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Cli.Up;

/// <summary>How a control plane on this machine is started.</summary>
internal sealed record ControlPlaneOptions
{
    /// <summary>Where everything is kept: an absolute path; made when it is missing.</summary>
    public required string Data { get; init; }

    /// <summary>The coordinator's port on 127.0.0.1; 0 is any free one.</summary>
    public required int Port { get; init; }

    /// <summary>Folders of plugin apps beyond those that came with the command line.</summary>
    public IReadOnlyList<string> Plugins { get; init; } = [];

    /// <summary>Where the processes' lines go. Default: nowhere.</summary>
    public TextWriter Log { get; init; } = TextWriter.Null;
}

/// <summary>A control plane on this machine: the bus, the coordinator and one process for each plugin.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private readonly DataLock _lock;
    private readonly Apps _apps;
    private readonly DataFolder _folder;
    private readonly TextWriter _log;
    private readonly int _port;
    private readonly List<AppProcess> _processes = [];

    private ControlPlane(DataLock @lock, Apps apps, DataFolder folder, int port, TextWriter log) => (_lock, _apps, _folder, _port, _log) = (@lock, apps, folder, port, log);

    /// <summary>Where it is, and which processes it consists of.</summary>
    public ReadyFile Ready { get; private set; } = null!;

    /// <summary>The names of its plugins.</summary>
    public IEnumerable<string> Plugins => _apps.Plugins.Select(plugin => plugin.Name);

    /// <summary>Returns when the coordinator serves and every plugin has announced itself.</summary>
    /// <exception cref="AppsException">It cannot be started; the message says why.</exception>
    public static async Task<ControlPlane> StartAsync(ControlPlaneOptions options, CancellationToken cancellation)
    {
        var apps = Apps.Find(Path.Combine(AppContext.BaseDirectory, "apps"), options.Plugins);
        if (options.Port != 0 && !Ports.IsFree(options.Port))
            throw new AppsException($"Port {options.Port} is in use by another program: choose another one with --port (0 takes any free one).");
        CreatePrivate(options.Data);
        var plane = new ControlPlane(DataLock.Take(options.Data), apps, new DataFolder(options.Data), options.Port == 0 ? Ports.Free(1)[0] : options.Port, options.Log);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            await plane.StartAsync(patience.Token).WaitAsync(patience.Token);
            return plane;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            var silent = plane._processes.Where(process => !process.Ready.IsCompleted).Select(process => process.Name);
            await plane.DisposeAsync();
            throw new AppsException($"It was not ready within {Patience.TotalSeconds:0} s. Not heard of: {string.Join(", ", silent.DefaultIfEmpty("the announcement of a plugin"))}.", e);
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends when <paramref name="cancellation"/> asks for it.</summary>
    /// <exception cref="AppsException">A process crashed too often.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(asked.SetResult);
        await await Task.WhenAny(_processes.Select(process => process.Completion).Append(asked.Task));
    }

    /// <summary>Stops in the opposite order of the start: the bus is the last.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Skip(1).Select(process => process.StopAsync()));
        foreach (var process in _processes)
            await process.DisposeAsync();
        _lock.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        CreatePrivate(_folder.Bus);
        CreatePrivate(_folder.Keys);
        CreatePrivate(_folder.Run);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Tables)!);
        var key = BusKey();
        await File.WriteAllTextAsync(_folder.Topology, Topology.Of(_apps.Plugins), cancellation);
        var busPort = Ports.Free(1)[0];
        var bus = Launch(new AppLaunch("bus", Path.Combine(AppContext.BaseDirectory, "Formae.Embedded.Host.dll"))
        {
            Arguments =
            [
                "broker", "--data", _folder.Bus, "--key-file", _folder.BusKey, "--topology", _folder.Topology, "--port", busPort.ToString(CultureInfo.InvariantCulture),
                "--ready-file", ReadyFileOf("bus"), "--parent", "stdin",
            ],
            ReadyFile = ReadyFileOf("bus"),
        });

        // One process makes the first key of the ring: several at once would each make one, and not know the others'.
        if (Directory.GetFiles(_folder.Keys, "*.xml").Length == 0)
            DataProtectionProvider.Create(new DirectoryInfo(_folder.Keys), ring => ring.SetApplicationName("formae")).CreateProtector("formae").Protect("");
        await bus.Ready;

        var connection = $"Endpoint=sb://127.0.0.1:{busPort};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={key};UseDevelopmentEmulator=true";
        var coordinator = Launch(Coordinator(connection));
        foreach (var (plugin, port) in _apps.Plugins.Zip(Ports.Free(_apps.Plugins.Count)))
            Launch(Plugin(plugin, connection, port));
        await Task.WhenAll(_processes.Select(process => process.Ready));
        var address = Url(await coordinator.Ready)!;
        await HearOfPluginsAsync(new Uri(address), cancellation);
        Ready = new ReadyFile
        {
            Address = address,
            ProcessId = Environment.ProcessId,
            Processes = await Task.WhenAll(_processes.Select(async process => new ReadyProcess { Name = process.Name, ProcessId = process.ProcessId, Url = Url(await process.Ready) })),
        };
    }

    private AppProcess Launch(AppLaunch launch)
    {
        var process = new AppProcess(launch, _log);
        _processes.Add(process);
        return process;
    }

    private AppLaunch Coordinator(string bus) => new(_apps.Coordinator.Name, _apps.Coordinator.Assembly)
    {
        ReadyFile = ReadyFileOf(_apps.Coordinator.Name),
        Environment = Settings(_apps.Coordinator.Name, bus, _port, new()
        {
            ["FormaeStorage"] = $"TableEndpoint={new Uri(_folder.Tables).AbsoluteUri}",
            ["AzureWebJobsStorage"] = $"UseEmbeddedStorage=true;DataSource={_folder.Hub}",
        }),
    };

    private AppLaunch Plugin(PluginFolder plugin, string bus, int port)
    {
        CreatePrivate(_folder.PluginData(plugin.Name));
        return new AppLaunch(plugin.Name, plugin.Assembly)
        {
            ReadyFile = ReadyFileOf(plugin.Name),
            Environment = Settings(plugin.Name, bus, port, new()
            {
                ["FormaeRequestQueue"] = plugin.RequestQueue,
                ["FormaePluginData"] = _folder.PluginData(plugin.Name),
            }),
        };
    }

    private Dictionary<string, string> Settings(string name, string bus, int port, Dictionary<string, string> own) => new(own)
    {
        ["ServiceBus"] = bus,
        ["FormaeKeyRing"] = _folder.Keys,
        ["FormaeBeat"] = "*/30 * * * * *",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
        ["EMBEDDED_READY_FILE"] = ReadyFileOf(name),
        ["EMBEDDED_PARENT"] = "stdin",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_NOLOGO"] = "1",
    };

    /// <summary>The catalog outlives a run, so it is the processes of this one that must be in it.</summary>
    private async Task HearOfPluginsAsync(Uri address, CancellationToken cancellation)
    {
        using var client = new FormaeClient(new FormaeClientOptions { Server = address, ClientId = "formae-up" });
        var waiting = _apps.Plugins.Select(plugin => plugin.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            foreach (var known in await client.GetPluginsAsync(cancellation))
            {
                if (_processes.Any(process => process.Name == known.Name && process.ProcessId == known.ProcessId))
                    waiting.Remove(known.Name);
            }

            if (waiting.Count == 0)
                return;
            await Task.Delay(Look, cancellation);
        }
    }

    private string ReadyFileOf(string name) => Path.Combine(_folder.Run, $"{name}.ready");

    private static string? Url(System.Text.Json.JsonElement ready) =>
        ready.TryGetProperty("urls", out var urls) && urls.GetArrayLength() > 0 ? urls[0].GetString() : null;

    /// <summary>What the bus and its clients know; made once, readable by this user only.</summary>
    private string BusKey()
    {
        if (!File.Exists(_folder.BusKey))
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var draft = _folder.BusKey + ".partial";
            using (var writer = new StreamWriter(draft, options))
                writer.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            File.Move(draft, _folder.BusKey);
        }

        return File.ReadAllText(_folder.BusKey).Trim();
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
