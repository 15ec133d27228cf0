using Formae.BlackBox.Tests.Scripts;
using Formae.Client;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>A control plane and the app of its pretended cloud, by their HTTP alone. Whoever is asked may be dead at the moment: then it is asked again.</summary>
internal abstract partial class OverHttp : ISystem
{
    private readonly HttpClient _cloudHttp;
    private readonly FakeAwsControl _cloud;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    protected OverHttp(FormaeClient client, Uri cloud)
    {
        Client = client;
        _cloudHttp = new HttpClient { BaseAddress = cloud, Timeout = TimeSpan.FromSeconds(60) };
        _cloud = new FakeAwsControl(_cloudHttp);
    }

    public TimeSpan Patience => TimeSpan.FromSeconds(150);

    public TimeSpan Settling => TimeSpan.FromSeconds(20);

    public virtual bool IsWornOut => false;

    public bool ExpiresByItself => true;

    protected FormaeClient Client { get; }

    public Task<IReadOnlyList<RecordedCall>> CallsAsync() => AskAsync(() => _cloud.CallsAsync());

    public Task<int> MessagesAsync() => AskAsync(async () => (await _cloud.CallsAsync()).Count);

    public abstract Task<bool> IsQuietAsync();

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
            var response = await Client.SubmitAsync(request);
            return response.Simulation.ChangesRequired ? new Answer.Accepted(response.CommandId, response.Simulation.Command.ResourceUpdates ?? []) : new Answer.NothingToDo();
        });
    }

    public Task<Answer> ReconcileAsync(string stack) => GiveAsync(async () =>
        (await Client.ReconcileStackAsync(stack)).CommandId is { } id ? new Answer.Accepted(id, null) : new Answer.NothingToDo());

    public Task<bool> CancelAsync(string commandId, bool forces) => AskAsync(async () =>
    {
        try
        {
            await Client.CancelAsync($"id:{commandId}", forces);
            return true;
        }
        catch (FormaeApiException e) when (e.Response.Error == ErrorCodes.NotFound)
        {
            return false;
        }
    });

    public Task<IReadOnlyList<string>> CheckTimeToLiveAsync() => AskAsync(async () => (await Client.CheckTimeToLiveAsync()).CommandIds ?? []);

    public Task<Command?> FindAsync(string commandId) => AskAsync(async () =>
    {
        try
        {
            return (Command?)await Client.GetCommandAsync(commandId);
        }
        catch (FormaeApiException e) when (e.Status == 404)
        {
            return null;
        }
    });

    public Task StartSynchronizationAsync() => AskAsync(() => Client.SynchronizeAsync());

    public Task<SynchronizationProgress?> FindSynchronizationAsync() => AskAsync(async () => (SynchronizationProgress?)await Client.GetSynchronizationAsync());

    public Task<IReadOnlyList<Resource>> InventoryAsync() => AskAsync(async () => (await Client.GetResourcesAsync()).Resources);

    public Task<IReadOnlyList<CloudItem>> CloudAsync() => AskAsync(() => _cloud.SnapshotAsync());

    public Task PutInCloudAsync(CloudItem item) => AskAsync(() => _cloud.PutAsync(item));

    public Task ChangeInCloudAsync(CloudItem item) => AskAsync(() => _cloud.ChangeAsync(item));

    public Task DeleteInCloudAsync(string type, string nativeId) => AskAsync(() => _cloud.DeleteAsync(type, nativeId));

    public Task ProgramAsync(ProgrammedAnswers answers) => AskAsync(() => _cloud.ProgramAsync(answers));

    public Task ClearProgramsAsync() => AskAsync(() => _cloud.ClearProgramsAsync());

    public void SetWeather(int? seed)
    {
        // The bus takes no orders from here; processes are killed instead.
    }

    public int RefuseStorage(int status, int times) => 0;

    public void KeepReports(IReadOnlySet<string>? labels)
    {
        // Nor does whoever takes reports, nor storage.
    }

    public Task<int> TellReportsAsync() => Task.FromResult(0);

    public Task<string> AtWorkAsync() => Task.FromResult("");

    public abstract Task CrashAsync(Victim victim);

    public abstract Task PoisonAsync(PoisonedQueue queue);

    public abstract Task<IReadOnlyList<string>> ResidueAsync();

    public abstract Task<IReadOnlyList<string>> FinishAsync();

    public virtual ValueTask DisposeAsync()
    {
        _cloudHttp.Dispose();
        return ValueTask.CompletedTask;
    }
}
