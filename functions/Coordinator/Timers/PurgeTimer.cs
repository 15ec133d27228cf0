using Formae.Coordination.Bus;
using Formae.Coordinator.Entities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Timers;

/// <summary>
/// Forgets the histories of orchestrations that ended a day ago, and what entities remember of operations, and of what they told, that long ago. Commands and
/// resources are kept in their rows. Each step is done whatever became of those before it; what could not be done is done an hour later.
/// </summary>
public sealed partial class PurgeTimer(TimeProvider time, ILogger<PurgeTimer> logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly OrchestrationRuntimeStatus[] Ended = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    [Function("Purge")]
    public async Task Run([TimerTrigger("0 17 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - Kept;
        await TryAsync("histories", () => PurgeAsync(client, before, cancellation));
        await TryAsync("what entities remember of operations", () => ForgetAsync(EntityNames.Resource, nameof(ResourceEntity.Forget), before, client, cancellation));
        await TryAsync("what entities remember of what they told", () => ForgetAsync(EntityNames.Publication, nameof(PublicationEntity.Forget), before, client, cancellation));

        // Of version 1.1 of the isolated worker people report that this removes nothing (durabletask-dotnet, issue 324). Then the rows of empty entities stay: small ones, one for each resource.
        await TryAsync("empty entities", () => client.Entities.CleanEntityStorageAsync(CleanEntityStorageRequest.Default, continueUntilComplete: true, cancellation));
    }

    /// <summary>The start has to be said: without it the Functions host ends the call with an error (durabletask-dotnet, issue 282).</summary>
    private static Task PurgeAsync(DurableTaskClient client, DateTimeOffset before, CancellationToken cancellation) =>
        client.PurgeAllInstancesAsync(new PurgeInstancesFilter(DateTimeOffset.UnixEpoch, before, Ended), cancellation);

    private static async Task ForgetAsync(string name, string operation, DateTimeOffset before, DurableTaskClient client, CancellationToken cancellation)
    {
        var quiet = new EntityQuery { InstanceIdStartsWith = $"@{name.ToLowerInvariant()}@", LastModifiedTo = before, IncludeState = false };
        await foreach (var entity in client.Entities.GetAllEntitiesAsync(quiet).WithCancellation(cancellation))
            await client.Entities.SignalEntityAsync(entity.Id, operation, cancellation: cancellation);
    }

    private async Task TryAsync(string what, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogKept(what, e);
        }
    }

    [LoggerMessage(EventId = 2301, Level = LogLevel.Error, Message = "The purge could not remove {What}; it is tried again in an hour")]
    private partial void LogKept(string what, Exception exception);
}
