using System.Globalization;
using Formae.Embedded.ServiceBus;

namespace Formae.Embedded.Host;

/// <summary>A broker and the function apps around it, in processes of their own, on one data directory. Ports and key stay the same while it runs, whoever is restarted.</summary>
internal sealed class EmbeddedCluster : IAsyncDisposable
{
    /// <summary>The broker's name among the apps.</summary>
    public const string BusName = "bus";

    private readonly Supervisor _supervisor;
    private readonly LogFiles _files;

    private EmbeddedCluster(Supervisor supervisor, LogFiles files, ClusterAddresses addresses) => (_supervisor, _files, Addresses) = (supervisor, files, addresses);

    public ClusterAddresses Addresses { get; }

    public Supervisor Supervisor => _supervisor;

    /// <param name="data">Where everything is kept; stays the caller's to dispose, after the cluster.</param>
    /// <param name="topology">The bus's entities in the format of the emulator's Config.json.</param>
    /// <param name="apps">The function apps.</param>
    /// <param name="log">Takes each line beside the log files; null: nobody.</param>
    /// <param name="options">How the processes are supervised.</param>
    /// <param name="busPort">Default 0: a free one.</param>
    /// <param name="servers">What else must serve before the apps. Default: nothing.</param>
    public static EmbeddedCluster Create(
        DataDirectory data, string topology, IReadOnlyList<ClusterApp> apps, Action<LogLine>? log = null, SupervisorOptions? options = null, int busPort = 0, IReadOnlyList<AppSpec>? servers = null)
    {
        var ports = FreePorts.Take(apps.Count + 1);
        busPort = busPort == 0 ? ports[^1] : busPort;
        var appPorts = apps.Select((app, index) => app.Port == 0 ? ports[index] : app.Port).ToArray();
        var addresses = new ClusterAddresses(
            BusConnectionString.Format(busPort, data.BusKey()),
            apps.Zip(appPorts).ToDictionary(pair => pair.First.Name, pair => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{pair.Second}"), StringComparer.Ordinal));
        File.WriteAllText(data.TopologyFile, topology);

        var specs = new List<AppSpec> { BusSpec(data, busPort) };
        specs.AddRange(servers ?? []);
        var first = specs.Select(spec => spec.Name).ToList();
        specs.AddRange(apps.Select(app => SpecOf(app, data, addresses, first)));
        options ??= new SupervisorOptions();
        var files = new LogFiles(data.LogsFolder, options.Time);
        return new EmbeddedCluster(new Supervisor(specs, Write, options), files, addresses);

        void Write(LogLine line)
        {
            files.Write(line);
            log?.Invoke(line);
        }
    }

    /// <summary>Returns when the broker and all apps serve.</summary>
    /// <exception cref="AppStartException">One cannot be started; the message has its last lines.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => _supervisor.StartAsync(cancellationToken);

    public Task StopAsync() => _supervisor.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        _files.Dispose();
    }

    private static AppSpec BusSpec(DataDirectory data, int port) => new()
    {
        Name = BusName,
        Command = typeof(EmbeddedCluster).Assembly.Location,
        Arguments =
        [
            "broker", "--data", data.BusFolder, "--port", port.ToString(CultureInfo.InvariantCulture), "--key-file", data.BusKeyFile,
            "--topology", data.TopologyFile, "--ready-file", data.ReadyFile(BusName), "--parent", "stdin",
        ],
        ReadyFile = data.ReadyFile(BusName),
        Colour = ConsoleColor.DarkGray,
    };

    private static AppSpec SpecOf(ClusterApp app, DataDirectory data, ClusterAddresses addresses, IReadOnlyList<string> first)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = addresses.Urls[app.Name],
            ["AzureWebJobsStorage"] = $"UseEmbeddedStorage=true;DataSource={data.AppFolder(app.Name)}",
            ["EMBEDDED_READY_FILE"] = data.ReadyFile(app.Name),
            ["EMBEDDED_PARENT"] = "stdin",

            // Started often and small: code that is good at once is worth more than code that becomes better.
            ["DOTNET_TieredPGO"] = "0",
        };
        foreach (var (name, value) in app.Settings(addresses))
            environment[name] = value;
        return new AppSpec
        {
            Name = app.Name,
            Command = app.AssemblyPath,
            Environment = environment,
            ReadyFile = data.ReadyFile(app.Name),
            DependsOn = [.. first, .. app.DependsOn],
            Colour = app.Colour,
        };
    }
}
