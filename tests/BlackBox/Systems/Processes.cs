using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Formae.BlackBox.Tests.Scripts;
using Formae.Client;
using Formae.Distributed.Tests;
using Formae.Embedded.Tables;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>A real <c>formae up</c>, whose processes are killed for real. Whoever is asked may be dead at the moment: then it is asked again.</summary>
internal sealed partial class Processes : ISystem
{
    private const string RequestQueue = "formae-requests-fakeaws";

    // One that ends more than five times in ten minutes is given up, rightly.
    private const int MostKills = 4;

    private static readonly Dictionary<Victim, string> Names = new() { [Victim.Coordinator] = "coordinator", [Victim.Bus] = "bus", [Victim.Plugin] = "fakeaws" };

    private readonly TempFolder _folder;
    private readonly ControlPlane _plane;
    private readonly DeadLetters _dead = new();
    private readonly HttpClient _cloudHttp;
    private readonly FakeAwsControl _cloud;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<Victim, int> _kills = [];

    private Processes(TempFolder folder, ControlPlane plane)
    {
        (_folder, _plane) = (folder, plane);
        _cloudHttp = new HttpClient { BaseAddress = new Uri(plane.UrlOf("fakeaws")), Timeout = TimeSpan.FromSeconds(10) };
        _cloud = new FakeAwsControl(_cloudHttp);
    }

    public TimeSpan Patience => TimeSpan.FromSeconds(150);

    public TimeSpan Settling => TimeSpan.FromSeconds(20);

    public bool IsWornOut => _kills.Values.Any(kills => kills >= MostKills);

    public bool ExpiresByItself => true;

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

    public Task<IReadOnlyList<RecordedCall>> CallsAsync() => AskAsync(() => _cloud.CallsAsync());

    public Task<int> MessagesAsync() => AskAsync(async () => (await _cloud.CallsAsync()).Count);

    public Task<bool> IsQuietAsync() => AskAsync(async () =>
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

    public async Task<Answer> SubmitAsync(Order order)
    {
        var request = order.RollBack is { } back
            ? new SubmitRequest { Kind = SubmitKind.Rollback, Stack = back.Stack, To = back.CommandId }
            : new SubmitRequest
            {
                Kind = order.Destroys ? SubmitKind.Destroy : SubmitKind.Apply,
                Mode = order.Destroys ? null : order.Reconciles ? SubmitMode.Reconcile : SubmitMode.Patch,
                Force = order.Forces,
                OnDependents = order.Cascades ? DependentsChoice.Cascade : DependentsChoice.Abort,
                File = new SubmitFile("forma.json", System.Text.Encoding.UTF8.GetBytes(order.Document), "application/json"),
            };
        return await GiveAsync(async () =>
        {
            var response = await _plane.Client.SubmitAsync(request);
            return response.Simulation.ChangesRequired ? new Answer.Accepted(response.CommandId, response.Simulation.Command.ResourceUpdates ?? []) : new Answer.NothingToDo();
        });
    }

    public Task<Answer> ReconcileAsync(string stack) => GiveAsync(async () =>
        (await _plane.Client.ReconcileStackAsync(stack)).CommandId is { } id ? new Answer.Accepted(id, null) : new Answer.NothingToDo());

    public Task<bool> CancelAsync(string commandId, bool forces) => AskAsync(async () =>
    {
        try
        {
            await _plane.Client.CancelAsync($"id:{commandId}", forces);
            return true;
        }
        catch (FormaeApiException e) when (e.Response.Error == ErrorCodes.NotFound)
        {
            return false;
        }
    });

    public Task<IReadOnlyList<string>> CheckTimeToLiveAsync() => AskAsync(async () => (await _plane.Client.CheckTimeToLiveAsync()).CommandIds ?? []);

    public Task<Command?> FindAsync(string commandId) => AskAsync(async () =>
    {
        try
        {
            return (Command?)await _plane.Client.GetCommandAsync(commandId);
        }
        catch (FormaeApiException e) when (e.Status == 404)
        {
            return null;
        }
    });

    public Task StartSynchronizationAsync() => AskAsync(() => _plane.Client.SynchronizeAsync());

    public Task<SynchronizationProgress?> FindSynchronizationAsync() => AskAsync(async () => (SynchronizationProgress?)await _plane.Client.GetSynchronizationAsync());

    public Task<IReadOnlyList<Resource>> InventoryAsync() => AskAsync(async () => (await _plane.Client.GetResourcesAsync()).Resources);

    public Task<IReadOnlyList<CloudItem>> CloudAsync() => AskAsync(() => _cloud.SnapshotAsync());

    public Task PutInCloudAsync(CloudItem item) => AskAsync(() => _cloud.PutAsync(item));

    public Task ChangeInCloudAsync(CloudItem item) => AskAsync(() => _cloud.ChangeAsync(item));

    public Task DeleteInCloudAsync(string type, string nativeId) => AskAsync(() => _cloud.DeleteAsync(type, nativeId));

    public Task ProgramAsync(ProgrammedAnswers answers) => AskAsync(() => _cloud.ProgramAsync(answers));

    public Task ClearProgramsAsync() => AskAsync(() => _cloud.ClearProgramsAsync());

    public void SetWeather(int? seed)
    {
        // The broker of a formae up takes no orders; its processes are killed instead.
    }

    public Task PoisonAsync(PoisonedQueue queue) => AskAsync(async () =>
    {
        await using var bus = _plane.OpenBus();
        await _dead.PoisonAsync(bus, queue);
    });

    public Task CrashAsync(Victim victim)
    {
        if (_plane.Children.TryGetValue(Names[victim], out var id))
        {
            _kills[victim] = _kills.GetValueOrDefault(victim) + 1;
            Distributed.Tests.Processes.Kill(id);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ResidueAsync() => AskAsync<IReadOnlyList<string>>(async () =>
    {
        var residue = new List<string>();
        await using var bus = _plane.OpenBus();
        residue.AddRange(await _dead.WrongAsync(bus));
        return residue;
    });

    /// <summary>Stops it, and looks at what is left on the disk.</summary>
    public async Task<IReadOnlyList<string>> FinishAsync()
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

    public async ValueTask DisposeAsync()
    {
        _cloudHttp.Dispose();
        await _plane.DisposeAsync();
        _folder.Dispose();
    }
}
