using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Background;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Operations;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordinator.Entities;
using Formae.Coordinator.Orchestrations;
using Formae.Embedded.DurableTask;
using Formae.Embedded.ServiceBus;
using Formae.Embedded.Tables;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>
/// The whole control plane in one process: the coordinator's own code on the embedded task hub, bus and tables, and the FakeAws plugin behind its queue.
/// Only the function triggers are left out.
/// </summary>
public sealed partial class ControlPlane : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IReadOnlyDictionary<string, string?> _settings;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private ServiceProvider _services = null!;
    private IConfigurationRoot _configuration = null!;
    private Broker _broker = null!;
    private TaskHub _hub = null!;
    private ServiceBusClient _pluginBus = null!;
    private readonly List<ServiceBusProcessor> _processors = [];

    private readonly Seams _seams;

    private ControlPlane(IReadOnlyDictionary<string, string?> settings, Seams seams) => (_settings, _seams) = (settings, seams);

    public PluginHarness Plugin { get; private set; } = null!;

    internal FakeAwsControlState Cloud => Plugin.Services.GetRequiredService<FakeAwsControlState>();

    /// <summary>The cloud of targets that name none; whatever is beside it under a name that begins alike belongs to clouds too.</summary>
    public string CloudFile => _folder.File("cloud/cloud");

    /// <summary>Every request that a plugin was sent, in the order of arrival.</summary>
    public ConcurrentQueue<OperationRequest> Sent { get; } = [];

    /// <summary>Every call that a handler got.</summary>
    public IReadOnlyList<RecordedCall> Calls => CallLog.Read(CloudFile);

    private string TablesFile => _seams.TablesFile ?? _folder.File("tables.db");

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Everything it keeps, the cloud included.</summary>
    internal string Folder => _folder.Path;

    public DurableTaskClient Client => _hub.Client;

    /// <summary>How often the task hub has handed something out.</summary>
    internal long HubActions => _hub.Actions;

    public static Task<ControlPlane> StartAsync(params (string Name, string Value)[] settings) => StartAsync(new Seams(), settings);

    internal static async Task<ControlPlane> StartAsync(Seams seams, params (string Name, string Value)[] settings)
    {
        var plane = new ControlPlane(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value), seams);
        plane.Plugin = PluginHarness.Start("FakeAWS", seams.Define + FakeAwsPlugin.Define, settings: new Dictionary<string, string?> { ["FakeAwsCloudFile"] = plane.CloudFile });
        await plane.OpenAsync();
        return plane;
    }

    /// <summary>Stops everything but the cloud, without waiting for what runs, and starts it on what was stored.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>Ends the coordinator where it stands: nothing that is under way is stored any more. Then starts it again.</summary>
    /// <param name="cutOff">Lets go of what the dead one waits for.</param>
    internal async Task CrashAsync(Action cutOff)
    {
        // The hub first: with a bus that is gone before, it would still store that a turn has failed. Then every connection at once, as a kill cuts them: whoever is left
        // with a bus that does not answer waits for it for minutes.
        await _hub.DisposeAsync();
        await _pluginBus.DisposeAsync();
        await _broker.DisposeAsync();
        cutOff();
        await RestartAsync();
    }

    public async Task<IntakeOutcome> SubmitAsync(string document, CommandKind kind = CommandKind.Apply, ApplyMode mode = ApplyMode.Reconcile, bool simulate = false, OnDependents onDependents = OnDependents.Abort, bool force = false) =>
        await Get<CommandIntake>().SubmitAsync(new Submission
        {
            Kind = kind,
            Mode = mode,
            Simulate = simulate,
            Force = force,
            OnDependents = onDependents,
            Document = Encoding.UTF8.GetBytes(document),
            ClientId = "test",
        }, _hub.Client, CancellationToken.None);

    public async Task<IntakeOutcome> DestroyAsync(string query) =>
        await Get<CommandIntake>().SubmitAsync(new Submission { Kind = CommandKind.Destroy, Query = query, ClientId = "test" }, _hub.Client, CancellationToken.None);

    public Task<CancelOutcome> CancelAsync(string? query = null, bool force = false) =>
        Get<CommandCancellation>().CancelAsync(new CancelRequest(query, force, "test"), _hub.Client, CancellationToken.None);

    /// <summary>Submits and waits for the end.</summary>
    public async Task<Command> RunAsync(string document, CommandKind kind = CommandKind.Apply, ApplyMode mode = ApplyMode.Reconcile, OnDependents onDependents = OnDependents.Abort, bool force = false)
    {
        var outcome = await SubmitAsync(document, kind, mode, onDependents: onDependents, force: force);
        if (outcome is IntakeOutcome.Refused refused)
            Assert.Fail($"{refused.Error.Error}: {refused.Error.Message} {string.Join("; ", refused.Error.Diagnostics ?? [])}");
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(outcome);
        return await EndOfAsync(accepted.Response.CommandId);
    }

    /// <summary>Carries out a plan that a test has made by hand, and waits for the end.</summary>
    public async Task<Command> RunAsync(Plan plan, params string[] stacks)
    {
        var id = Get<KsuidSource>().Next();
        foreach (var stack in stacks)
            Assert.Null(await Get<StackStore>().TakeLeaseAsync(stack, id, _ => Task.FromResult<bool?>(true), CancellationToken.None));
        var split = Changesets.Split(id, plan.Resources, plan.Targets);
        await Get<UpdateStore>().AddAsync(split.Resources, split.Targets, patience: TimeSpan.Zero, CancellationToken.None);
        var now = DateTimeOffset.UtcNow;
        await Get<CommandStore>().AddAsync(new CommandRecord
        {
            CommandId = id,
            Kind = "apply",
            Mode = "reconcile",
            State = States.NotStarted,
            StartedAt = now,
            ModifiedAt = now,
            Groups = split.Groups,
            UpdateCount = split.Resources.Count,
            Stacks = stacks,
            StackUpdates = plan.Stacks,
            PolicyUpdates = plan.Policies,
        }, CancellationToken.None);
        await Get<CommandStarter>().StartAsync(_hub.Client, id, CancellationToken.None);
        return await EndOfAsync(id);
    }

    public async Task<Command> EndOfAsync(string commandId)
    {
        await EndOfInstanceAsync(commandId);
        return (await Get<CommandQueries>().FindAsync(commandId, CancellationToken.None))!;
    }

    /// <summary>The end of an orchestration, whether it is a command's that the API shows or not.</summary>
    public async Task EndOfInstanceAsync(string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var end = await _hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
        Assert.True(end.FailureDetails is null, end.FailureDetails?.ToString());
    }

    /// <summary>The command succeeded; otherwise the failure says what each update met with.</summary>
    public static void Succeeded(Command command) => Assert.True(
        command.State == States.Success,
        $"{command.State}: {string.Join("; ", (command.ResourceUpdates ?? []).Where(update => update.State != States.Success).Select(update => $"{update.Operation} {update.ResourceLabel}: {update.State} {update.ErrorMessage}"))}");

    public async Task<IReadOnlyList<Resource>> InventoryAsync() => (await Get<InventoryQueries>().ResourcesAsync(Query.Everything, CancellationToken.None)).Resources;

    /// <summary>Looks at everything once.</summary>
    public async Task<SynchronizationProgress> SynchronizeAsync()
    {
        var started = await StartSynchronizationAsync();
        var ended = await EndOfSynchronizationAsync();
        Assert.Equal((started.CommandId, States.Success), (ended.CommandId, ended.State));
        return ended;
    }

    public Task<SynchronizationProgress> StartSynchronizationAsync() => Get<SynchronizeStarter>().StartAsync(_hub.Client, CancellationToken.None);

    public async Task<SynchronizationProgress> EndOfSynchronizationAsync()
    {
        await EndOfInstanceAsync(SynchronizeStarter.InstanceId);
        return (await Get<SynchronizeStarter>().FindAsync(_hub.Client, CancellationToken.None))!;
    }

    /// <summary>Goes back to where a stack was.</summary>
    public Task<IntakeOutcome> RollBackAsync(string stack, string to, bool simulate = false) => Get<CommandIntake>().SubmitAsync(
        new Submission { Kind = CommandKind.Apply, Mode = ApplyMode.Reconcile, Force = true, Simulate = simulate, Rollback = new Rollback(stack, to), ClientId = "test" }, _hub.Client, CancellationToken.None);

    public Task<ReconcileOutcome> ReconcileAsync(string stack) => Get<StackReconcile>().RunAsync(stack, subject: null, subjectName: null, _hub.Client, CancellationToken.None);

    public Task<ExpiryAnswer> CheckTimeToLiveAsync() => Get<StackExpiry>().CheckAsync("test", _hub.Client, CancellationToken.None);

    public async Task HealAsync() => await Get<CommandStarter>().HealAsync(_hub.Client, CancellationToken.None);

    /// <summary>Every byte that the control plane has stored, as text: for looking for what must not be there.</summary>
    public async Task<string> StoredTextAsync()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(CloudFile, StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                text.AppendLine(await reader.ReadToEndAsync());
            }
            catch (FileNotFoundException)
            {
                // It all runs meanwhile: what has just been removed is not stored.
            }
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Plugin.DisposeAsync();
        _folder.Dispose();
    }

    private async Task OpenAsync()
    {
        await OpenBusAsync();
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(_settings).AddInMemoryCollection(BusSettings()).AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["FormaeStorage"] = _seams.Storage ?? $"TableEndpoint={new Uri(TablesFile)}",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton(_seams.Logs);
        services.AddLogging();
        services.AddFormaeCoordination(_configuration);
        _seams.Apply(services, TablesFile);
        services.AddSingleton(Plugin.Services.GetRequiredService<IDataProtectionProvider>());
        _services = services.BuildServiceProvider();
        await Get<FormaeTables>().CreateAsync(CancellationToken.None);
        if (_seams.IsAnnounced)
            await AnnounceAsync();

        _hub = TaskHub.Open(new TaskHubOptions { Directory = _folder.File("hub") }, Registry(), _seams.Logs, _seams.HubTime);
        await _hub.StartAsync(CancellationToken.None);
        await ServeBusAsync();
    }

    private async Task CloseAsync()
    {
        await CloseBusAsync();
        await _hub.DisposeAsync();
        await _services.DisposeAsync();
        await _broker.DisposeAsync();
        await EmbeddedTables.CloseAsync(TablesFile);
    }
}
