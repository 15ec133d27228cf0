using Formae.Coordination.Tests.Cluster;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A task hub that takes no signal of one kind for some time after the first one.</summary>
internal sealed class RefusingHub(DurableTaskClient real, string operation, TimeSpan away, TimeProvider time) : DelegatingHub(real)
{
    private readonly Gate _entities = new(real.Entities, operation, away, time);

    /// <summary>How many signals it has refused.</summary>
    public int Refused => _entities.Refused;

    public override DurableEntityClient Entities => _entities;

    private sealed class Gate(DurableEntityClient real, string operation, TimeSpan away, TimeProvider time) : DurableEntityClient(real.Name)
    {
        private readonly Lock _lock = new();
        private DateTimeOffset _until;

        public int Refused { get; private set; }

        public override Task SignalEntityAsync(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null, CancellationToken cancellation = default)
        {
            if (operationName == operation && IsAway())
                throw new TimeoutException("The task hub is away.");
            return real.SignalEntityAsync(id, operationName, input, options, cancellation);
        }

        public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync(id, includeState, cancellation);

        public override Task<EntityMetadata<T>?> GetEntityAsync<T>(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync<T>(id, includeState, cancellation);

        public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => real.GetAllEntitiesAsync(filter);

        public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => real.GetAllEntitiesAsync<T>(filter);

        public override Task<CleanEntityStorageResult> CleanEntityStorageAsync(CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default) =>
            real.CleanEntityStorageAsync(request, continueUntilComplete, cancellation);

        private bool IsAway()
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                if (_until == default)
                    _until = now + away;
                if (now >= _until)
                    return false;
                Refused++;
                return true;
            }
        }
    }
}
