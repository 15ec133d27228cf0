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

    /// <summary>Of up to 500 operations each.</summary>
    private const int GroupsAtOnce = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Function(Name)]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var commandId = context.InstanceId;
        string? error = null;
        try
        {
            var groups = await context.CallActivityAsync<int>(nameof(CommandActivities.OpenCommand), commandId, CommandActivities.Patiently);
            await WalkAsync(context, groups);
        }
        catch (TaskFailedException e)
        {
            // Whatever failed is ours, not the cloud's: the command still has to be closed, or its stacks would stay leased.
            error = e.FailureDetails.ErrorMessage;
        }

        await context.CallActivityAsync(nameof(CommandActivities.CloseCommand), new CloseCommand { CommandId = commandId, Error = error }, CommandActivities.Patiently);
    }

    /// <summary>
    /// Starts groups as others end: what is done at once stays within bounds however large the command is, and others get their turn. Where none ends for a while the
    /// groups wait for something else than this machine, and as many again are let in.
    /// </summary>
    private static async Task WalkAsync(TaskOrchestrationContext context, int groups)
    {
        var all = new List<Task>(groups);
        var running = new List<Task>();
        for (var (group, places) = (0, GroupsAtOnce); group < groups; group++, places--)
        {
            while (places == 0)
            {
                using var stopWaiting = new CancellationTokenSource();
                var patience = context.CreateTimer(Patience, stopWaiting.Token);
                if (await Task.WhenAny([patience, .. running]) == patience)
                    places += GroupsAtOnce;
                else
                    places += running.RemoveAll(walk => walk.IsCompleted);
                stopWaiting.Cancel();
            }

            var walk = context.CallSubOrchestratorAsync(
                ChangesetOrchestrator.Name,
                new WalkGroup { CommandId = context.InstanceId, Group = group },
                new SubOrchestrationOptions(instanceId: WalkGroup.InstanceOf(context.InstanceId, group)));
            running.Add(walk);
            all.Add(walk);
        }

        await Task.WhenAll(all);
    }
}
