using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Engine.Commands;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Formae.Coordinator.Orchestrations;

/// <summary>
/// Walks one group of a changeset: a loop around <see cref="CommandMachine"/>. Starts what is ready, hears of what ended, writes progress in batches,
/// looks now and then for what is overdue, and begins anew with an empty history every few hundred events. Of a cancel it is told by an event; should that be lost,
/// it finds the mark in the command's row, when it begins and whenever it looks.
/// </summary>
public static class ChangesetOrchestrator
{
    public const string Name = "Changeset";

    private const int EventsPerHistory = 300;

    /// <summary>A new history reads the whole graph again, so a large one is begun anew only so often.</summary>
    private const int Histories = 20;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(30);

    [Function(Name)]
    public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var group = context.GetInput<WalkGroup>()!;
        var changeset = await context.CallActivityAsync<Changeset>(nameof(CommandActivities.ReadChangeset), group, CommandActivities.Patiently);
        var walk = new ChangesetWalk(context, group, changeset);
        using var stopWatching = new CancellationTokenSource();
        await walk.BeginAsync();
        Task<WalkEvent>? next = null;
        var lookAt = group.LookAt ?? context.CurrentUtcDateTime + WatchInterval;
        var watch = context.CreateTimer(lookAt, stopWatching.Token);
        Task? recording = null;
        (DateTime At, Task Task)? again = null;
        var mostEvents = Math.Max(EventsPerHistory, changeset.Graph.Nodes.Count / Histories);
        var isStirred = false;
        for (var events = 0; !walk.IsOver;)
        {
            // A wait that is open when the history is begun anew would take an event along with it: so this loop ends only where there is none.
            next ??= context.WaitForExternalEvent<WalkEvent>(WalkEvent.EventName);
            if (recording is { IsCompleted: true })
            {
                await recording;
                recording = null;
            }

            // Nothing may come for hours, while every look makes the history longer: an event of its own ends the wait.
            if (events >= mostEvents && walk.Targets.Count == 0 && !isStirred && !next.IsCompleted)
            {
                isStirred = true;
                context.SendEvent(context.InstanceId, WalkEvent.EventName, new WalkEvent());
            }

            recording ??= walk.Progress.Take() is { } batch ? context.CallActivityAsync(nameof(CommandActivities.RecordProgress), batch, CommandActivities.Patiently) : null;
            if (walk.AskAgainAt is { } at && (again is null || again.Value.At > at))
                again = (at, context.CreateTimer(at, stopWatching.Token));
            await Task.WhenAny([next, watch, .. recording is null ? (ReadOnlySpan<Task>)[] : [recording], .. again is null ? (ReadOnlySpan<Task>)[] : [again.Value.Task], .. walk.Targets]);

            // Before the events: where they come without a pause, it would never be the turn of what has fallen silent.
            if (watch.IsCompleted || context.CurrentUtcDateTime >= lookAt)
            {
                events += 1 + await walk.LookAsync(WatchInterval);
                lookAt = context.CurrentUtcDateTime + WatchInterval;
                watch = context.CreateTimer(lookAt, stopWatching.Token);
            }
            else if (next.IsCompleted)
            {
                events++;
                await walk.HearAsync(await next);
                (next, isStirred) = (null, false);
                if (events >= mostEvents && walk.Targets.Count == 0)
                    break;
            }
            else if (walk.Targets.Find(task => task.IsCompleted) is { } target)
            {
                events++;
                walk.Targets.Remove(target);
                await walk.HearAsync(await target);
            }
            else if (again is { Task.IsCompleted: true })
            {
                events++;
                again = null;
                await walk.AskAgainAsync();
            }
        }

        // Not CancelAsync: an orchestrator awaits durable tasks only.
        stopWatching.Cancel();
        if (recording is not null)
            await recording;
        while (!walk.IsAbandoned && walk.Progress.Take() is { } rest)
            await context.CallActivityAsync(nameof(CommandActivities.RecordProgress), rest, CommandActivities.Patiently);
        if (!walk.IsOver)
            context.ContinueAsNew(walk.Save() with { LookAt = lookAt });
    }
}
