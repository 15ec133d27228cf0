using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace Formae.Embedded.DurableTask.Client;

/// <summary>The client of a hub in the same process.</summary>
internal sealed class HubClient(HubState hub) : DurableTaskClient(hub.Options.HubName)
{
    private readonly HubEntityClient _entities = new(hub);

    public override DurableEntityClient Entities => _entities;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        cancellation.ThrowIfCancellationRequested();
        var id = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
        if (id[0] == '@')
            throw new ArgumentException("An instance id must not begin with '@': that is how entities are told from orchestrations.", nameof(options));
        var commit = hub.NewCommit();
        var instance = hub.NewInstance(id, orchestratorName.Name, hub.Converter.Serialize(input), options);
        commit.Start(instance);
        await hub.CommitAsync(commit);
        return instance.Refused ? throw new InvalidOperationException(InstanceRows.AlreadyExists(id).ErrorMessage) : id;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return TellAsync(instanceId, new InstanceEvent.Raised(0, eventName, hub.Converter.Serialize(eventPayload)), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new InstanceEvent.Suspended(reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new InstanceEvent.Resumed(reason), cancellation);

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new InstanceEvent.Terminated(hub.Converter.Serialize(options?.Output), options?.Recursive ?? false), cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(instanceId, getInputsAndOutputs));
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return hub.Signals.WaitAsync(
            instanceId, () => Find(instanceId, getInputsAndOutputs) is { RuntimeStatus: not OrchestrationRuntimeStatus.Pending } started ? started : null, cancellation);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);

        // One that is known to run need not be looked up before it ends.
        return hub.Signals.WaitAsync(
            instanceId, () => !hub.IsUnfinished(instanceId) && Find(instanceId, getInputsAndOutputs) is { IsCompleted: true } ended ? ended : null, cancellation);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        var query = filter ?? new OrchestrationQuery();
        return Pageable.Create<OrchestrationMetadata>((token, size, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Task.FromResult(hub.Store.Read(connection =>
                InstanceQueries.Page(connection, query, token ?? query.ContinuationToken, size ?? query.PageSize, hub.Converter)));
        });
    }

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return PurgeAsync([instanceId], options?.Recursive ?? false);
    }

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);

        // The Functions host does not look whether there is one, and fails.
        if (filter.CreatedFrom is null)
            throw new ArgumentException("The host of Azure Functions purges only with a CreatedFrom.", nameof(filter));
        cancellation.ThrowIfCancellationRequested();
        return PurgeAsync(hub.Store.Read(connection => InstanceQueries.Purgeable(connection, filter)), options?.Recursive ?? false);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private OrchestrationMetadata? Find(string instanceId, bool withData) =>
        hub.Store.Read(connection => InstanceQueries.Find(connection, instanceId, withData, hub.Converter));

    private Task TellAsync(string instanceId, InstanceEvent item, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        if (!hub.IsUnfinished(instanceId))
        {
            hub.Discard(new Message(0, instanceId, item));
            return Task.CompletedTask;
        }

        var commit = hub.NewCommit();
        commit.Send(instanceId, item);
        return hub.CommitAsync(commit);
    }

    private async Task<PurgeResult> PurgeAsync(IReadOnlyList<string> ids, bool isRecursive)
    {
        var count = await hub.Store.WriteAsync(connection =>
        {
            var purged = 0;
            var rest = new Stack<string>(ids);
            while (rest.TryPop(out var id))
            {
                if (InstanceQueries.Find(connection, id, withData: false, hub.Converter) is not { IsCompleted: true })
                    continue;
                if (isRecursive)
                {
                    foreach (var child in InstanceRows.ReadChildren(connection, id, unfinishedOnly: false))
                        rest.Push(child);
                }

                InstanceRows.Delete(connection, id);
                purged++;
            }

            return purged;
        });
        return new PurgeResult(count, isComplete: true);
    }
}
