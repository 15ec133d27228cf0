using Formae.Coordination.Bus;
using Formae.Coordinator.Entities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace Formae.Coordinator.Timers;

/// <summary>Forgets the histories of orchestrations that ended a day ago, and what entities remember of operations, and of what they told, that long ago. Commands and resources are kept in their rows.</summary>
public sealed class PurgeTimer(TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly OrchestrationRuntimeStatus[] Ended = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    [Function("Purge")]
    public async Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - Kept;
        await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: before, Statuses: Ended), cancellation);
        await ForgetAsync(EntityNames.Resource, nameof(ResourceEntity.Forget), before, client, cancellation);
        await ForgetAsync(EntityNames.Publication, nameof(PublicationEntity.Forget), before, client, cancellation);
        await client.Entities.CleanEntityStorageAsync(CleanEntityStorageRequest.Default, continueUntilComplete: true, cancellation);
    }

    private static async Task ForgetAsync(string name, string operation, DateTimeOffset before, DurableTaskClient client, CancellationToken cancellation)
    {
        var quiet = new EntityQuery { InstanceIdStartsWith = $"@{name.ToLowerInvariant()}@", LastModifiedTo = before, IncludeState = false };
        await foreach (var entity in client.Entities.GetAllEntitiesAsync(quiet).WithCancellation(cancellation))
            await client.Entities.SignalEntityAsync(entity.Id, operation, cancellation: cancellation);
    }
}
