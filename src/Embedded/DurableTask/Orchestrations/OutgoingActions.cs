using Formae.Embedded.DurableTask.History;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>What an orchestrator asked for, as messages and instances of the hub.</summary>
internal static class OutgoingActions
{
    /// <summary>Adds to the commit what the actions send. Returns the timers that were set; a run that ends sets none.</summary>
    public static List<Message> Send(HubState hub, Instance instance, IReadOnlyList<OrchestrationAction> actions, HubCommit commit, bool isEnding)
    {
        var (id, run) = (instance.Id, instance.Run);
        var timers = new List<Message>();
        foreach (var action in actions)
        {
            switch (action.Kind)
            {
                case ActionKind.Activity:
                    commit.Send(id, new ActivityRequest(run, action.Id, action.Name, action.Version, action.Input));
                    break;
                case ActionKind.SubOrchestration:
                    commit.Start(new NewInstance
                    {
                        Id = action.Target,
                        Run = hub.NextId(),
                        Name = action.Name,
                        Version = action.Version,
                        Input = action.Input,
                        CreatedAt = hub.Now,
                        Parent = new ParentTask(id, instance.Name, run, action.Id),
                    });
                    break;
                case ActionKind.Timer when !isEnding && !action.Withdrawn:
                    timers.Add(commit.Send(id, new InstanceEvent.TimerFired(run, action.Id), action.Due));
                    break;
                case ActionKind.SendEvent:
                    commit.Send(action.Target, new InstanceEvent.Raised(0, action.Name, action.Input));
                    break;
                case ActionKind.EntityCall:
                    commit.Send(action.Target, new EntityRequest.Operation(action.Name, action.Input, new Caller(id, run, action.Id)));
                    break;
                case ActionKind.EntitySignal:
                    commit.Send(action.Target, new EntityRequest.Operation(action.Name, action.Input, null), action.Due);
                    break;
                case ActionKind.EntityLock:
                    commit.Send(action.Target, new EntityRequest.Lock(new Caller(id, run, action.Id), action.Entities, 0));
                    break;
                case ActionKind.EntityUnlock:
                    foreach (var entity in action.Entities)
                        commit.Send(entity, new EntityRequest.Unlock(id));
                    break;
            }
        }

        return timers;
    }
}
