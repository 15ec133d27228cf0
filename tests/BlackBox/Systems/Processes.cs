using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Formae.BlackBox.Tests.Scripts;
using Formae.Distributed.Tests;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>A real <c>formae up</c>, whose processes are killed for real.</summary>
internal sealed class Processes : OverHttp
{
    private const string RequestQueue = "formae-requests-fakeaws";

    // One that ends more than five times in ten minutes is given up, rightly.
    private const int MostKills = 4;

    private static readonly Dictionary<Victim, string> Names = new() { [Victim.Coordinator] = "coordinator", [Victim.Bus] = "bus", [Victim.Plugin] = "fakeaws" };

    private readonly TempFolder _folder;
    private readonly ControlPlane _plane;
    private readonly DeadLetters _dead = new();
    private readonly Dictionary<Victim, int> _kills = [];

    private Processes(TempFolder folder, ControlPlane plane)
        : base(plane.Client, new Uri(plane.UrlOf("fakeaws"))) => (_folder, _plane) = (folder, plane);

    public override bool IsWornOut => _kills.Values.Any(kills => kills >= MostKills);

    public static async Task<Processes> StartAsync()
    {
        // Children take the settings of their parents.
        Environment.SetEnvironmentVariable("Formae__Operations__MaxRetries", "2");
        Environment.SetEnvironmentVariable("Formae__Operations__RetryDelaySeconds", "0.05");
        Environment.SetEnvironmentVariable("Formae__Operations__StatusIntervalSeconds", "0.2");
        Environment.SetEnvironmentVariable("Formae__Operations__CallTimeoutSeconds", "10");
        Environment.SetEnvironmentVariable("Formae__Plugins__fakeaws__MaxRequestsPerSecond", "100000");
        var folder = new TempFolder();
        return new Processes(folder, await ControlPlane.StartAsync(folder.File("data")));
    }

    public override Task<bool> IsQuietAsync() => AskAsync(async () =>
    {
        await using var bus = _plane.OpenBus();
        foreach (var queue in (string[])[RequestQueue, BusContract.ReportQueue])
        {
            await using var receiver = bus.CreateReceiver(queue);
            if (await receiver.PeekMessageAsync() is not null)
                return false;
        }

        return true;
    });

    public override Task PoisonAsync(PoisonedQueue queue) => AskAsync(async () =>
    {
        await using var bus = _plane.OpenBus();
        await _dead.PoisonAsync(bus, queue);
    });

    public override Task CrashAsync(Victim victim)
    {
        if (_plane.Children.TryGetValue(Names[victim], out var id))
        {
            _kills[victim] = _kills.GetValueOrDefault(victim) + 1;
            Distributed.Tests.Processes.Kill(id);
        }

        return Task.CompletedTask;
    }

    public override Task<IReadOnlyList<string>> ResidueAsync() => AskAsync<IReadOnlyList<string>>(async () =>
    {
        var residue = new List<string>();
        await using var bus = _plane.OpenBus();
        residue.AddRange(await _dead.WrongAsync(bus));
        return residue;
    });

    /// <summary>Stops it, and looks at what is left on the disk.</summary>
    public override async Task<IReadOnlyList<string>> FinishAsync()
    {
        await _plane.StopAsync();
        var file = Path.Combine(_plane.DataFolder, "store", "tables.db");
        var left = new List<string>(OpenSecrets.In(_plane.DataFolder, path => Path.GetFileName(path).StartsWith("fakeaws", StringComparison.OrdinalIgnoreCase) || path.Contains("cloud", StringComparison.OrdinalIgnoreCase)).Select(path => $"a secret stands in the open in {path}"));
        var tables = new TableServiceClient($"TableEndpoint={new Uri(file)}");
        await foreach (var row in tables.GetTableClient("FormaeStacks").QueryAsync<TableEntity>())
        {
            if (row.GetString("LeaseHolder") is { Length: > 0 } holder)
                left.Add($"a lease on {row.RowKey} is held by {holder}");
        }

        await foreach (var row in tables.GetTableClient("FormaeOpenCommands").QueryAsync<TableEntity>())
            left.Add($"the command {row.RowKey} is open");
        await EmbeddedTables.CloseAsync(file);
        return left;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _plane.DisposeAsync();
        _folder.Dispose();
    }
}
