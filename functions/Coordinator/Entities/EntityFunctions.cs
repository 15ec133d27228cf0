using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Operations;
using Formae.Coordination.Publishing;
using Formae.Coordination.Synchronization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>The triggers of the entities. The client is bound beside the dispatcher because entities raise events to orchestrations.</summary>
public sealed class EntityFunctions(
    OperationExecution execution, ResourceSynchronization synchronization, ReportClaims claims, PluginCatalog catalog, OperationRules rules, EventPublication events, TimeProvider time, ILogger<EntityFunctions> logger)
{
    [Function(EntityNames.Resource)]
    public Task Resource([EntityTrigger] TaskEntityDispatcher dispatcher, [DurableClient] DurableTaskClient client) =>
        dispatcher.DispatchAsync(new ResourceEntity(client, execution, synchronization, claims, time, logger));

    [Function(EntityNames.Reference)]
    public Task Reference([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(new ReferenceEntity(execution, claims, time, logger));

    [Function(EntityNames.Rate)]
    public Task Rate([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(new RateEntity(catalog, rules, time, logger));

    [Function(EntityNames.Publication)]
    public Task Publication([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(new PublicationEntity(events, time, logger));
}
