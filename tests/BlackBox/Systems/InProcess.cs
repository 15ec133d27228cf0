using System.Diagnostics;
using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Formae.BlackBox.Tests.Scripts;
using Formae.Coordination.Bus;
using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Entities;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>The control plane of the tests of coordination: the coordinator's code on the embedded runtime, and FakeAws behind its queue, in this process.</summary>
internal sealed class InProcess : ISystem
{
    private const string RequestQueue = "formae-requests-fakeaws";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(3);

    // After this the clock of the task hub is a quarter of an hour ahead: what is to happen in an hour must not come to pass at once.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(100);

    private readonly ControlPlane _plane;
    private readonly DeadLetters _dead = new();
    private readonly Weather _weather;
    private readonly Storage _storage;
    private readonly LateReports _late;
    private int _refused;
    private long _refusedAt;
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    private InProcess(ControlPlane plane, Weather weather, Storage storage, LateReports late) => (_plane, _weather, _storage, _late) = (plane, weather, storage, late);

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(30);

    public bool IsWornOut => Stopwatch.GetElapsedTime(_startedAt) > Longest;

    public bool ExpiresByItself => false;

    private FakeCloud Cloud => _plane.Plugin.Services.GetRequiredService<FakeAwsService>().CloudAt(_plane.CloudFile);

    /// <param name="seams">What a test plants; its bus is the weather's.</param>
    /// <param name="weather">How messages travel.</param>
    /// <param name="patience">How long a command may take.</param>
    /// <param name="settling">How long to look again at what is not as it must be.</param>
    /// <param name="forgetsLate">Whether reports that were kept back are never told.</param>
    public static async Task<InProcess> StartAsync(Func<Seams, Seams>? seams = null, Weather? weather = null, TimeSpan? patience = null, TimeSpan? settling = null, bool forgetsLate = false)
    {
        weather ??= new Weather();
        var storage = new Storage();
        ControlPlane? plane = null;
        var late = new LateReports(ksuid => plane?.Sent.LastOrDefault(request => request.Ksuid == ksuid)?.Label) { Forgets = forgetsLate };
        var given = new Seams
        {
            Bus = weather.PassAsync,
            Tables = storage.Before,
            Reporting = late.Before,
            TimeOf = late.TimeOf,

            // Pauses after what storage refuses, and looks for what is overdue, take seconds by it that a test would feel.
            HubTime = new QuickTime(10),
        };
        plane = await ControlPlane.StartAsync(
            seams?.Invoke(given) ?? given,
            ("Formae:Operations:MaxRetries", "2"),
            ("Formae:Operations:RetryDelaySeconds", "0.025"),
            ("Formae:Operations:StatusIntervalSeconds", "0.1"),
            ("Formae:Operations:CallTimeoutSeconds", "5"),

            // Longer than any session: the clock of the task hub, which is ahead of the others, would remind of what was given up again and again.
            ("Formae:Operations:BacklogSeconds", "86400"),

            // A cloud that throttles is left alone for longer and longer. From so high a limit that takes no time that a test would feel.
            ("Formae:Plugins:fakeaws:MaxRequestsPerSecond", "100000"));
        return new InProcess(plane, weather, storage, late) { Patience = patience ?? TimeSpan.FromSeconds(60), Settling = settling ?? TimeSpan.FromSeconds(30) };
    }

    public Task<IReadOnlyList<RecordedCall>> CallsAsync() => Task.FromResult(_plane.Calls);

    public Task<int> MessagesAsync() => Task.FromResult(_plane.Sent.Count);

    public async Task<bool> IsQuietAsync()
    {
        if (_weather.UnderWay > 0 || _late.AreKept || WasRefusedJustNow())
            return false;
        foreach (var queue in (string[])[RequestQueue, BusContract.ReportQueue])
        {
            await using var receiver = _plane.Get<ServiceBusClient>().CreateReceiver(queue);
            if (await receiver.PeekMessageAsync() is not null)
                return false;
        }

        return true;
    }

    public async Task<Answer> SubmitAsync(Order order) => Read(await _storage.AskAsync(() => order.RollBack is { } back
        ? _plane.RollBackAsync(back.Stack, back.CommandId)
        : _plane.SubmitAsync(
            order.Document,
            order.Destroys ? CommandKind.Destroy : CommandKind.Apply,
            order.Reconciles ? ApplyMode.Reconcile : ApplyMode.Patch,
            onDependents: order.Cascades ? OnDependents.Cascade : OnDependents.Abort,
            force: order.Forces)));

    public async Task<Answer> ReconcileAsync(string stack)
    {
        var outcome = await _storage.AskAsync(() => _plane.ReconcileAsync(stack));
        return outcome.Error is { } error ? new Answer.Refused(error.Error, error.Message ?? "")
            : outcome.Answer?.CommandId is { } id ? new Answer.Accepted(id, null)
            : new Answer.NothingToDo();
    }

    public async Task<bool> CancelAsync(string commandId, bool forces) => await _storage.AskAsync(() =>
        _plane.Get<CommandCancellation>().CancelAsync(new CancelRequest($"id:{commandId}", forces, "test"), _plane.Client, CancellationToken.None)) is CancelOutcome.Accepted;

    public async Task<IReadOnlyList<string>> CheckTimeToLiveAsync() => (await _storage.AskAsync(() => _plane.CheckTimeToLiveAsync())).CommandIds ?? [];

    public Task<Command?> FindAsync(string commandId) => _storage.AskAsync(() => _plane.Get<Coordination.Queries.CommandQueries>().FindAsync(commandId, CancellationToken.None));

    public Task StartSynchronizationAsync() => _storage.AskAsync(() => _plane.StartSynchronizationAsync());

    public Task<SynchronizationProgress?> FindSynchronizationAsync() => _storage.AskAsync(() => _plane.Get<SynchronizeStarter>().FindAsync(_plane.Client, CancellationToken.None));

    public Task<IReadOnlyList<Resource>> InventoryAsync() => _storage.AskAsync(() => _plane.InventoryAsync());

    public Task<IReadOnlyList<CloudItem>> CloudAsync() => Task.FromResult<IReadOnlyList<CloudItem>>([.. Cloud.All().Select(CloudItems.ToItem)]);

    public Task PutInCloudAsync(CloudItem item)
    {
        Cloud.Put(item.ToObject());
        return Task.CompletedTask;
    }

    public Task ChangeInCloudAsync(CloudItem item)
    {
        Cloud.Change(item);
        return Task.CompletedTask;
    }

    public Task DeleteInCloudAsync(string type, string nativeId)
    {
        Cloud.Delete(type, nativeId);
        return Task.CompletedTask;
    }

    public Task ProgramAsync(ProgrammedAnswers answers)
    {
        _plane.Cloud.Program(answers);
        return Task.CompletedTask;
    }

    public Task ClearProgramsAsync()
    {
        _plane.Cloud.ClearPrograms();
        return Task.CompletedTask;
    }

    public void SetWeather(int? seed) => _weather.Set(seed);

    public Task PoisonAsync(PoisonedQueue queue) => _dead.PoisonAsync(_plane.Get<ServiceBusClient>(), queue);

    public async Task<string> AtWorkAsync()
    {
        var text = new StringBuilder();
        foreach (var resource in await InventoryAsync())
        {
            if ((await _plane.Client.Entities.GetEntityAsync<ResourceEntityState>(EntityNames.ResourceOf(resource.Ksuid!)))?.State.Operation is OperationState.Waiting or OperationState.Resolving)
                text.Append(CultureInfo.InvariantCulture, $"; {resource.Key} {resource.Ksuid}, which was asked for {string.Join(", ", _plane.Sent.Where(request => request.Ksuid == resource.Ksuid).Select(request => $"{request.OperationId} {request.Verb} {request.Attempt}/{request.Sequence}"))}");
        }

        return text.ToString();
    }

    public int RefuseStorage(int status, int times) => _storage.Refuse(status, times);

    public void KeepReports(IReadOnlySet<string>? labels) => _late.Keep(labels);

    public Task<int> TellReportsAsync() => _late.TellAsync();

    /// <summary>What starts again starts on storage that answers.</summary>
    public Task CrashAsync(Victim victim)
    {
        _storage.Refuse(0, 0);
        return _plane.RestartAsync();
    }

    public Task<IReadOnlyList<string>> ResidueAsync() => _storage.AskAsync(ResidueOfTablesAsync);

    private async Task<IReadOnlyList<string>> ResidueOfTablesAsync()
    {
        var residue = new List<string>();
        await foreach (var row in _plane.Get<FormaeTables>().Stacks.QueryAsync<TableEntity>())
        {
            if (row.GetString("LeaseHolder") is { Length: > 0 } holder)
                residue.Add($"a lease on {row.RowKey} held by {holder}");
        }

        residue.AddRange((await _plane.Get<CommandStore>().OpenAsync(CancellationToken.None)).Select(id => $"an open command {id}"));
        residue.AddRange(await _dead.WrongAsync(_plane.Get<ServiceBusClient>()));
        return residue;
    }

    public Task<IReadOnlyList<string>> FinishAsync() => Task.FromResult<IReadOnlyList<string>>(
        [.. OpenSecrets.In(_plane.Folder, file => file.StartsWith(_plane.CloudFile, StringComparison.Ordinal)).Select(file => $"a secret stands in the open in {file}")]);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    /// <summary>What was refused comes again by itself, and nobody sees it on the bus meanwhile.</summary>
    private bool WasRefusedJustNow()
    {
        if (_storage.Refused != _refused)
            (_refused, _refusedAt) = (_storage.Refused, Stopwatch.GetTimestamp());
        return _refusedAt != 0 && Stopwatch.GetElapsedTime(_refusedAt) < Again;
    }

    private static Answer Read(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Accepted accepted => new Answer.Accepted(accepted.Response.CommandId, accepted.Response.Simulation.Command.ResourceUpdates ?? []),
        IntakeOutcome.Answered => new Answer.NothingToDo(),
        IntakeOutcome.Refused refused => new Answer.Refused(refused.Error.Error, $"{refused.Error.Message} {string.Join("; ", refused.Error.Diagnostics ?? [])}"),
        _ => throw new InvalidOperationException("An outcome of the intake that is not known."),
    };
}
