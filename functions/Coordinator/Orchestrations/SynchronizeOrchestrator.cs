using Formae.Coordination.Bus;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordinator.Entities;
using Formae.Protocol.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Formae.Coordinator.Orchestrations;

/// <summary>
/// Looks at every live resource once, page by page; there is one instance of it. Each resource is read by its own entity, which writes what is different;
/// here is only counted. Every page has a history of its own.
/// </summary>
public static class SynchronizeOrchestrator
{
    [Function(SynchronizeStarter.Orchestration)]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var input = context.GetInput<SynchronizeInput>()!;
        var progress = input.Progress;
        context.SetCustomStatus(progress);
        try
        {
            var page = await context.CallActivityAsync<SynchronizePage>(nameof(SynchronizeActivities.NextToSynchronize), input, CommandActivities.Patiently);
            progress = progress with { Total = progress.Total + page.Resources.Count + page.Skipped, Done = progress.Done + page.Skipped, Skipped = progress.Skipped + page.Skipped };
            context.SetCustomStatus(progress);
            if (page.Last is not null)
            {
                progress = await SeeAsync(context, input, page, progress);
                context.ContinueAsNew(input with { After = page.Last, Pages = input.Pages + 1, Progress = progress });
                return;
            }

            progress = progress with { State = States.Success };
            await context.CallActivityAsync(nameof(SynchronizeActivities.EndSynchronization), progress, CommandActivities.Patiently);
        }
        catch (TaskFailedException)
        {
            progress = progress with { State = States.Failed };
        }

        context.SetCustomStatus(progress);
    }

    private static async Task<SynchronizationProgress> SeeAsync(TaskOrchestrationContext context, SynchronizeInput input, SynchronizePage page, SynchronizationProgress progress)
    {
        var (open, latest) = await BeginAsync(context, input, page);
        var left = page.Resources.Count - open.Count;
        progress = progress with { Done = progress.Done + left, Skipped = progress.Skipped + left };
        using var stopWaiting = new CancellationTokenSource();
        var end = context.CreateTimer(latest + ResourceSynchronization.Patience(page.CallTimeout), stopWaiting.Token);

        // A wait that is open when the history is begun anew would take an event along with it: so this loop leaves one behind only when time is over.
        while (open.Count > 0)
        {
            var next = context.WaitForExternalEvent<ResourceSeen>(ResourceSeen.EventName);
            if (await Task.WhenAny(next, end) == end)
                break;
            var seen = await next;
            if (seen.CommandId != input.CommandId || !open.Remove(seen.Ksuid))
                continue;
            progress = Count(progress, seen.Result);
            if (progress.Done % 50 == 0)
                context.SetCustomStatus(progress);
        }

        // Not CancelAsync: an orchestrator awaits durable tasks only.
        stopWaiting.Cancel();
        return progress with { Done = progress.Done + open.Count, Failed = progress.Failed + open.Count };
    }

    /// <summary>Asks the resources of the page to look; tells which were asked, and when the last of them may begin.</summary>
    private static async Task<(HashSet<string> Asked, DateTime Latest)> BeginAsync(TaskOrchestrationContext context, SynchronizeInput input, SynchronizePage page)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var latest = context.CurrentUtcDateTime;
        var place = 0;
        var starts = new StartTimes(context);
        foreach (var byNamespace in page.Resources.GroupBy(resource => resource.Namespace, StringComparer.OrdinalIgnoreCase))
        {
            var resources = byNamespace.ToArray();
            for (var begun = 0; begun < resources.Length;)
            {
                var grant = await starts.TakeAsync(byNamespace.Key, resources.Length - begun);
                var count = grant.Times?.Count ?? resources.Length - begun;
                for (var i = 0; i < count; i++, begun++)
                {
                    var start = grant.Times?[i] ?? new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
                    asked.Add(resources[begun].Ksuid);
                    latest = start.UtcDateTime > latest ? start.UtcDateTime : latest;
                    await context.Entities.SignalEntityAsync(EntityNames.ResourceOf(resources[begun].Ksuid), nameof(ResourceEntity.Look), new LookAtResource
                    {
                        CommandId = input.CommandId,
                        Row = UpdateRecord.RowOf(input.Pages, place++),
                        Announce = context.InstanceId,
                        StartAt = start,
                        TraceParent = input.TraceParent,
                    });
                }

                // Of a plugin that is missing nobody knows when it comes: those are left for the next time.
                if (grant.WaitingSince is not null)
                    break;
                if (begun < resources.Length && starts.AskAgainAt is { } at)
                    await context.CreateTimer(at, CancellationToken.None);
            }
        }

        return (asked, latest);
    }

    private static SynchronizationProgress Count(SynchronizationProgress progress, Seen seen)
    {
        progress = progress with { Done = progress.Done + 1 };
        return seen switch
        {
            Seen.Changed => progress with { Changed = progress.Changed + 1 },
            Seen.Gone => progress with { Gone = progress.Gone + 1 },
            Seen.Skipped => progress with { Skipped = progress.Skipped + 1 },
            Seen.Failed => progress with { Failed = progress.Failed + 1 },
            _ => progress,
        };
    }
}

/// <summary>The activities of a synchronisation, each harmless when it runs twice.</summary>
public sealed class SynchronizeActivities(SynchronizeSteps steps)
{
    [Function(nameof(NextToSynchronize))]
    public Task<SynchronizePage> NextToSynchronize([ActivityTrigger] SynchronizeInput input, CancellationToken cancellation) => steps.NextAsync(input, cancellation);

    [Function(nameof(EndSynchronization))]
    public Task EndSynchronization([ActivityTrigger] SynchronizationProgress progress, CancellationToken cancellation) => steps.EndAsync(progress, cancellation);
}
