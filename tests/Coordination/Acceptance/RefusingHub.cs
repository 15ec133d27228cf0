using Formae.Coordination.Tests.Cluster;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A task hub that refuses so many signals of one kind, however often and soon they are tried.</summary>
internal sealed class RefusingHub(DurableTaskClient real, string operation, int times) : DelegatingHub(real)
{
    private readonly Gate _entities = new(real.Entities, operation, times);

    /// <summary>How many signals it has refused.</summary>
    public int Refused => _entities.Refused;

    public override DurableEntityClient Entities => _entities;

    private sealed class Gate(DurableEntityClient real, string operation, int times) : DurableEntityClient(real.Name)
    {
        private int _tried;

        public int Refused => Math.Min(Volatile.Read(ref _tried), times);

        public override Task SignalEntityAsync(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null, CancellationToken cancellation = default)
        {
            if (operationName == operation && Interlocked.Increment(ref _tried) <= times)
                throw new TimeoutException("The task hub is away.");
            return real.SignalEntityAsync(id, operationName, input, options, cancellation);
        }

        public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync(id, includeState, cancellation);

        public override Task<EntityMetadata<T>?> GetEntityAsync<T>(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync<T>(id, includeState, cancellation);

        public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => real.GetAllEntitiesAsync(filter);

        public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => real.GetAllEntitiesAsync<T>(filter);

        public override Task<CleanEntityStorageResult> CleanEntityStorageAsync(CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default) =>
            real.CleanEntityStorageAsync(request, continueUntilComplete, cancellation);
    }
}
