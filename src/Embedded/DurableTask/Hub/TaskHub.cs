using System.Threading.Channels;
using Formae.Embedded.DurableTask.Activities;
using Formae.Embedded.DurableTask.Client;
using Formae.Embedded.DurableTask.Entities;
using Formae.Embedded.DurableTask.Orchestrations;
using Formae.Embedded.DurableTask.Storage;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask;

/// <summary>A durable task hub in this process, on one SQLite file that it owns alone.</summary>
internal sealed class TaskHub : IAsyncDisposable
{
    private readonly OwnerLock _owner;
    private readonly HubState _state;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private Task _workers = Task.CompletedTask;
    private int _disposed;

    private TaskHub(OwnerLock owner, HubState state)
    {
        _owner = owner;
        _state = state;
        _log = state.Loggers.CreateLogger<TaskHub>();
        Client = new HubClient(state);
    }

    public DurableTaskClient Client { get; }

    /// <summary>How often something was handed out since it was opened: a message for an orchestration, activity or entity, or an instance that begins. What the Durable Task Scheduler calls an action.</summary>
    public long Actions => _state.IdsGiven;

    /// <summary>Opens the hub; nothing runs before <see cref="StartAsync"/>.</summary>
    /// <exception cref="StoreInUseException">Another process, or another hub of this one, has it open.</exception>
    /// <exception cref="CorruptStoreException">The file is not a sound hub; it was not changed.</exception>
    public static TaskHub Open(TaskHubOptions options, TaskHubRegistry registry, ILoggerFactory loggers, TimeProvider time)
    {
        options.Validate();
        var path = Path.Combine(options.Directory, options.HubName + ".hub.db");
        var owner = OwnerLock.Take(path + ".lock", $"task hub {options.HubName}");
        SqliteStore? store = null;
        try
        {
            store = SqliteStore.Open(path, HubSchema.Versions, options.FlushEachCommit);
            var state = new HubState(options, registry, store, HubLoader.BeginOpening(store), loggers, time);
            HubLoader.Load(state, loggers.CreateLogger<TaskHub>());
            return new TaskHub(owner, state);
        }
        catch
        {
            // What is thrown says why; that the file is closed a moment later is nobody's concern.
            _ = store?.DisposeAsync().AsTask();
            owner.Dispose();
            throw;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _state.Agenda.Start();
        var options = _state.Options;
        var orchestrations = new OrchestrationWorker(_state);
        var activities = new ActivityWorker(_state);
        var entities = new EntityWorker(_state);

        // The workers outlive the caller, so that they must not carry its context (its trace, its scopes) with them.
        using var noFlow = ExecutionContext.SuppressFlow();
        _workers = Task.WhenAll(
            Task.WhenAll(Workers(options.MaxConcurrentOrchestrations, _state.ReadyInstances.Reader, orchestrations.StepAsync)),
            Task.WhenAll(Workers(options.MaxConcurrentActivities, _state.ReadyActivities.Reader, activities.StepAsync)),
            Task.WhenAll(Workers(options.MaxConcurrentEntities, _state.ReadyEntities.Reader, entities.StepAsync)));
        return Task.CompletedTask;
    }

    /// <summary>Finishes the steps that run and starts none. When <paramref name="cancellationToken"/> ends, what still runs is abandoned and runs again at the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        try
        {
            await _workers.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _state.Aborting.CancelAsync();
        }
    }

    /// <summary>Ends at once; without <see cref="StopAsync"/> before it, much as a kill would.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();
        await _state.Aborting.CancelAsync();
        _state.Agenda.Dispose();
        await _state.Store.DisposeAsync();
        _owner.Dispose();
        Log.Closed(_log, _state.Store.Path);
    }

    private IEnumerable<Task> Workers<T>(int count, ChannelReader<T> ready, Func<T, Task> step) =>
        Enumerable.Range(0, count).Select(_ => Task.Run(() => WorkAsync(ready, step)));

    private async Task WorkAsync<T>(ChannelReader<T> ready, Func<T, Task> step)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var item = await ready.ReadAsync(_stopping.Token);
                await step(item);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException) when (Volatile.Read(ref _disposed) != 0)
            {
                return;
            }
            catch (Exception e)
            {
                Log.WorkerFailed(_log, e);
            }
        }
    }
}
