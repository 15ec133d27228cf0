using Formae.Coordination.Background;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Operations;
using Formae.Coordination.Publishing;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordinator.Entities;
using Formae.Coordinator.Orchestrations;
using Formae.Embedded.DurableTask;
using Formae.Protocol.Http;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>The functions of the coordinator, bound as their triggers bind them.</summary>
public sealed partial class ControlPlane
{
    private TaskHubRegistry Registry()
    {
        var registry = new TaskHubRegistry();
        registry.AddOrchestrator(CommandOrchestrator.Name, async context => { await CommandOrchestrator.Run(context); return null; });
        registry.AddOrchestrator(ChangesetOrchestrator.Name, async context => { await ChangesetOrchestrator.Run(context); return null; });
        var activities = new CommandActivities(Get<CommandLifecycle>());
        registry.AddActivity(nameof(activities.OpenCommand), async call => await activities.OpenCommand(call.ReadInput<string>()!, call.CancellationToken));
        registry.AddActivity(nameof(activities.ReadChangeset), async call => await activities.ReadChangeset(call.ReadInput<WalkGroup>()!, call.CancellationToken));
        registry.AddActivity(nameof(activities.ReadCancel), async call => await activities.ReadCancel(call.ReadInput<string>()!, call.CancellationToken));
        registry.AddActivity(nameof(activities.ExecuteTarget), async call => await activities.ExecuteTarget(call.ReadInput<ExecuteTarget>()!, call.CancellationToken));
        registry.AddActivity(nameof(activities.RecordProgress), async call => { await activities.RecordProgress(call.ReadInput<ProgressBatch>()!, _hub.Client, call.CancellationToken); return null; });
        registry.AddActivity(nameof(activities.CloseCommand), async call => { await activities.CloseCommand(call.ReadInput<CloseCommand>()!, _hub.Client, call.CancellationToken); return null; });
        registry.AddOrchestrator(SynchronizeStarter.Orchestration, async context => { await SynchronizeOrchestrator.Run(context); return null; });
        var looks = new SynchronizeActivities(Get<SynchronizeSteps>());
        registry.AddActivity(nameof(looks.NextToSynchronize), async call => await looks.NextToSynchronize(call.ReadInput<SynchronizeInput>()!, call.CancellationToken));
        registry.AddActivity(nameof(looks.EndSynchronization), async call => { await looks.EndSynchronization(call.ReadInput<SynchronizationProgress>()!, call.CancellationToken); return null; });
        EntityFunctions EntitiesAt(TimeProvider time) => new(Get<OperationExecution>(), Get<ResourceSynchronization>(), Get<ReportClaims>(), Get<PluginCatalog>(), Get<OperationRules>(), Get<EventPublication>(), time, _seams.Logs.CreateLogger<EntityFunctions>());
        var entities = EntitiesAt(Get<TimeProvider>());
        registry.AddEntity(EntityNames.Resource, (dispatcher, _) => (_seams.TimeOf(dispatcher.Id.Key) is { } time ? EntitiesAt(time) : entities).Resource(dispatcher, _seams.Raising(_hub.Client)));
        registry.AddEntity(EntityNames.Reference, (dispatcher, _) => entities.Reference(dispatcher));
        registry.AddEntity(EntityNames.Rate, (dispatcher, _) =>
        {
            _seams.Dispatching(EntityNames.Rate);
            return entities.Rate(dispatcher);
        });
        registry.AddEntity(EntityNames.Publication, (dispatcher, _) => entities.Publication(dispatcher));
        return registry;
    }
}
