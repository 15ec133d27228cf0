using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.DurableTask.Tests;

/// <summary>A hub in a folder of its own, that can be killed and opened again.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly bool _replay;
    private readonly bool _keepFolder;
    private TaskHub? _hub;

    public TestHub(bool replay = false, string? folder = null)
    {
        _replay = replay;
        _keepFolder = folder is not null;
        Folder = folder ?? Path.Combine(Path.GetTempPath(), "formae-hub-" + Guid.NewGuid().ToString("N"));
    }

    public string Folder { get; }

    public string File => Path.Combine(Folder, "Formae.hub.db");

    public TaskHubRegistry Registry { get; } = new();

    public FakeTime Time { get; init; } = new();

    public int CacheSize { get; init; } = 100;

    public DurableTaskClient Client => (_hub ?? throw new InvalidOperationException("The hub is not started.")).Client;

    public TaskHub Hub => _hub!;

    public TestHub Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> body)
    {
        Registry.AddOrchestrator(name, body);
        return this;
    }

    public TestHub Activity(string name, Func<ActivityInvocation, object?> body)
    {
        Registry.AddActivity(name, invocation => Task.FromResult(body(invocation)));
        return this;
    }

    public TestHub Entity(string name, Func<TaskEntityOperation, object?> body)
    {
        Registry.AddEntity(name, (dispatcher, _) => dispatcher.DispatchAsync(operation => ValueTask.FromResult(body(operation))));
        return this;
    }

    public TestHub Entity<T>(string name)
        where T : ITaskEntity, new()
    {
        Registry.AddEntity(name, (dispatcher, _) => dispatcher.DispatchAsync(new T()));
        return this;
    }

    public TaskHub Open() => TaskHub.Open(
        new TaskHubOptions { Directory = Folder, ReplayEveryEpisode = _replay, InstanceCacheSize = CacheSize }, Registry, NullLoggerFactory.Instance, Time);

    public async Task<TestHub> StartAsync()
    {
        _hub = Open();
        await _hub.StartAsync(default);
        return this;
    }

    /// <summary>Opens it without starting it: what the client says is stored and waits, to be met all at once.</summary>
    public async Task WhileNothingRunsAsync(Func<DurableTaskClient, Task> say)
    {
        await KillAsync();
        await using var hub = Open();
        await say(hub.Client);
    }

    /// <summary>Ends it without draining, as a kill would.</summary>
    public async Task KillAsync()
    {
        if (_hub is not null)
            await _hub.DisposeAsync();
        _hub = null;
    }

    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    public Task<string> ScheduleAsync(string name, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(name, input, id is null ? null : new StartOrchestrationOptions(id));

    public async Task<OrchestrationMetadata> EndAsync(string id)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
        }
        catch (OperationCanceledException)
        {
            var now = await Client.GetInstanceAsync(id, getInputsAndOutputs: true);
            throw new TimeoutException($"Instance '{id}' did not end; it is {now?.RuntimeStatus.ToString() ?? "unknown"}, custom status {now?.SerializedCustomStatus}.");
        }
    }

    public async Task<T?> RunAsync<T>(string name, object? input = null)
    {
        var end = await EndAsync(await ScheduleAsync(name, input));
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}\n{end.FailureDetails?.StackTrace}");
        return end.ReadOutputAs<T>();
    }

    public async Task<OrchestrationMetadata> UntilAsync(string id, string what, Func<OrchestrationMetadata, bool> condition)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            if (await Client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } now && condition(now))
                return now;
            if (Environment.TickCount64 > deadline)
                throw new TimeoutException($"Instance '{id}' did not come to this: {what}.");
            await Task.Yield();
        }
    }

    public Task<OrchestrationMetadata> UntilStatusAsync(string id, string customStatus) =>
        UntilAsync(id, $"custom status '{customStatus}'", now => now.SerializedCustomStatus is { } status && status.Trim('"') == customStatus);

    public async Task<EntityMetadata<T>> UntilEntityAsync<T>(EntityInstanceId id, string what, Func<T, bool> condition)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            if (await Client.Entities.GetEntityAsync<T>(id) is { } now && condition(now.State))
                return now;
            if (Environment.TickCount64 > deadline)
                throw new TimeoutException($"Entity '{id}' did not come to this: {what}.");
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (!_keepFolder && Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
