using Formae.Coordination.Commands;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Formae.Coordinator.Orchestrations;

/// <summary>
/// Executes one command; its instance id is the command's id. Opens it, walks its groups side by side, closes it. Groups share no edge,
/// so each is an orchestration of its own and none waits for another. One that was canceled before it was opened has no group to walk.
/// </summary>
public static class CommandOrchestrator
{
    public const string Name = "Command";

    [Function(Name)]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var commandId = context.InstanceId;
        string? error = null;
        try
        {
            var groups = await context.CallActivityAsync<int>(nameof(CommandActivities.OpenCommand), commandId, CommandActivities.Patiently);
            await Task.WhenAll(Enumerable.Range(0, groups).Select(group => context.CallSubOrchestratorAsync(
                ChangesetOrchestrator.Name,
                new WalkGroup { CommandId = commandId, Group = group },
                new SubOrchestrationOptions(instanceId: WalkGroup.InstanceOf(commandId, group)))));
        }
        catch (TaskFailedException e)
        {
            // Whatever failed is ours, not the cloud's: the command still has to be closed, or its stacks would stay leased.
            error = e.FailureDetails.ErrorMessage;
        }

        await context.CallActivityAsync(nameof(CommandActivities.CloseCommand), new CloseCommand { CommandId = commandId, Error = error }, CommandActivities.Patiently);
    }
}
