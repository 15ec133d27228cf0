using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordinator.Entities;
using Formae.Engine.Commands;
using Formae.Engine.Operations;
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
        var walk = context.GetInput<WalkGroup>()!;
        var changeset = await context.CallActivityAsync<Changeset>(nameof(CommandActivities.ReadChangeset), walk, CommandActivities.Patiently);
        var machine = walk.Saved is null ? CommandMachine.Start(changeset.Graph) : CommandMachine.Resume(changeset.Graph, walk.Saved);
        var progress = new ProgressLog(changeset.Graph, walk.CommandId);
        var starts = new StartTimes(context, walk.WaitingSince);
        using var stopWatching = new CancellationTokenSource();

        // Targets are carried out by activities of this orchestration; the history is not begun anew while one is under way.
        var targets = new List<Task<WalkEvent>>();
        var isOver = await HearCancelAsync(context, walk, changeset, progress, machine, changeset.Cancel);
        await FollowAsync(context, walk, changeset, progress, targets, starts, machine, machine.Begin());
        Task<WalkEvent>? next = null;
        var watch = context.CreateTimer(WatchInterval, stopWatching.Token);
        Task? recording = null;
        (DateTime At, Task Task)? again = null;
        var mostEvents = Math.Max(EventsPerHistory, changeset.Graph.Nodes.Count / Histories);
        var isStirred = false;
        for (var events = 0; !machine.IsDone && !isOver;)
        {
            // A wait that is open when the history is begun anew would take an event along with it: so this loop ends only where there is none.
            next ??= context.WaitForExternalEvent<WalkEvent>(WalkEvent.EventName);
            if (recording is { IsCompleted: true })
            {
                await recording;
                recording = null;
            }

            // Nothing may come for hours, while every look makes the history longer: an event of its own ends the wait.
            if (events >= mostEvents && targets.Count == 0 && !isStirred && !next.IsCompleted)
            {
                isStirred = true;
                context.SendEvent(context.InstanceId, WalkEvent.EventName, new WalkEvent());
            }

            recording ??= progress.Take() is { } batch ? context.CallActivityAsync(nameof(CommandActivities.RecordProgress), batch, CommandActivities.Patiently) : null;
            if (starts.AskAgainAt is { } at && (again is null || again.Value.At > at))
                again = (at, context.CreateTimer(at, stopWatching.Token));
            await Task.WhenAny([next, watch, .. recording is null ? (ReadOnlySpan<Task>)[] : [recording], .. again is null ? (ReadOnlySpan<Task>)[] : [again.Value.Task], .. targets]);
            if (next.IsCompleted)
            {
                events++;
                var happened = await next;
                if (happened.IsCancel)
                    isOver = await HearCancelAsync(context, walk, changeset, progress, machine, happened.IsForced ? CancelMark.Forced : CancelMark.Graceful);
                else
                    await HearAsync(context, walk, changeset, progress, targets, starts, machine, happened);
                (next, isStirred) = (null, false);
                if (events >= mostEvents && targets.Count == 0)
                    break;
            }
            else if (targets.Find(task => task.IsCompleted) is { } target)
            {
                events++;
                targets.Remove(target);
                await HearAsync(context, walk, changeset, progress, targets, starts, machine, await target);
            }
            else if (again is { Task.IsCompleted: true })
            {
                events++;
                again = null;
                starts.Elapsed();
                await FollowAsync(context, walk, changeset, progress, targets, starts, machine, machine.Begin());
            }
            else if (watch.IsCompleted)
            {
                isOver = await HearCancelAsync(
                    context, walk, changeset, progress, machine, await context.CallActivityAsync<CancelMark>(nameof(CommandActivities.ReadCancel), walk.CommandId, CommandActivities.Patiently));

                // Told again: what is overdue ends, what has ended says so, and what has never heard of its beginning begins. What has just begun is none of these.
                var recently = context.CurrentUtcDateTime - WatchInterval;
                foreach (var node in isOver ? [] : EntitiesAtWork(changeset, machine).Where(node => !progress.HasStartedSince(node, recently)))
                {
                    await SignalBeginAsync(context, walk, changeset, node, startAt: default);
                    events++;
                }

                events++;
                watch = context.CreateTimer(WatchInterval, stopWatching.Token);
            }
        }

        // Not CancelAsync: an orchestrator awaits durable tasks only.
        stopWatching.Cancel();
        if (recording is not null)
            await recording;

        // After a cancel by force its rows say all that there is to say.
        while (!isOver && progress.Take() is { } rest)
            await context.CallActivityAsync(nameof(CommandActivities.RecordProgress), rest, CommandActivities.Patiently);
        if (!machine.IsDone && !isOver)
            context.ContinueAsNew(walk with { Saved = machine.Save(), WaitingSince = starts.WaitingSince, TraceParent = changeset.TraceParent });
    }

    /// <summary>Starts nothing more. Answers whether the walk is over at once: then nobody waits any more for what runs.</summary>
    private static async Task<bool> HearCancelAsync(TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, ProgressLog progress, CommandMachine machine, CancelMark mark)
    {
        if (mark == CancelMark.None)
            return false;
        foreach (var canceled in machine.Cancel().Canceled)
            progress.Canceled(canceled, context.CurrentUtcDateTime);
        if (mark == CancelMark.Graceful)
            return false;
        foreach (var node in EntitiesAtWork(changeset, machine))
        {
            await context.Entities.SignalEntityAsync(
                EntityNames.ResourceOf(changeset.Graph.Nodes[node].Key), nameof(ResourceEntity.Cancel), new CancelOperation { CommandId = walk.CommandId, Row = changeset.Graph.Nodes[node].Row });
        }

        return true;
    }

    private static IEnumerable<int> EntitiesAtWork(Changeset changeset, CommandMachine machine) => machine.InFlight().Where(node => !changeset.Graph.Nodes[node].IsTarget);

    private static async Task HearAsync(
        TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, ProgressLog progress, List<Task<WalkEvent>> targets, StartTimes starts, CommandMachine machine, WalkEvent happened)
    {
        if (happened.SaysNothing)
            return;
        var node = UpdateRecord.IndexOf(happened.Row);
        var before = machine.StateOf(node);
        if (happened.Outcome is not { } outcome)
        {
            if (happened.Attempt is { } attempt && before == NodeState.Started)
                progress.Tried(node, attempt);
            return;
        }

        var step = machine.Finish(node, StateOf(outcome.State));
        if (machine.StateOf(node) != before)
            progress.Finished(node, outcome);
        await FollowAsync(context, walk, changeset, progress, targets, starts, machine, step);
    }

    private static async Task FollowAsync(
        TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, ProgressLog progress, List<Task<WalkEvent>> targets, StartTimes starts, CommandMachine machine, Step step)
    {
        foreach (var node in step.Canceled)
            progress.Canceled(node, context.CurrentUtcDateTime);
        foreach (var (node, cause) in step.Failed)
            progress.FailedBecause(node, cause, context.CurrentUtcDateTime);
        foreach (var node in step.Start.Where(node => changeset.Graph.Nodes[node].IsTarget))
        {
            progress.Started(node, context.CurrentUtcDateTime);
            targets.Add(ExecuteTargetAsync(context, walk, changeset, node));
        }

        foreach (var byNamespace in step.Start.Where(node => !changeset.Graph.Nodes[node].IsTarget).GroupBy(node => changeset.Graph.Nodes[node].Namespace, StringComparer.OrdinalIgnoreCase))
        {
            var nodes = byNamespace.ToArray();
            var grant = await starts.TakeAsync(byNamespace.Key, nodes.Length);
            var count = grant.Times?.Count ?? nodes.Length;
            for (var i = 0; i < count; i++)
            {
                progress.Started(nodes[i], context.CurrentUtcDateTime);
                await SignalBeginAsync(context, walk, changeset, nodes[i], grant.Times?[i] ?? default);
            }

            machine.Postpone(nodes[count..]);
            foreach (var node in nodes[count..])
                await HoldAsync(context, walk, changeset, progress, targets, starts, machine, node, grant);
        }
    }

    /// <summary>It could start and may not yet. Where the plugin is missing, that is said; and in the end it fails for it.</summary>
    private static async Task HoldAsync(
        TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, ProgressLog progress, List<Task<WalkEvent>> targets, StartTimes starts, CommandMachine machine, int node, StartGrant grant)
    {
        if (grant.Problem is { } problem)
        {
            var now = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
            progress.Finished(node, new Outcome { State = OutcomeState.Failed, Error = $"{problem.Code}: {problem.Message}", StartedAt = now, FinishedAt = now });
            await FollowAsync(context, walk, changeset, progress, targets, starts, machine, machine.Finish(node, NodeState.Failed));
        }
        else if (grant.Waiting is { } reason)
        {
            progress.Waits(node, reason);
        }
    }

    private static async Task<WalkEvent> ExecuteTargetAsync(TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, int node)
    {
        var row = changeset.Graph.Nodes[node].Row;
        var outcome = await context.CallActivityAsync<Outcome>(nameof(CommandActivities.ExecuteTarget), new ExecuteTarget { CommandId = walk.CommandId, Row = row, TraceParent = changeset.TraceParent }, CommandActivities.Patiently);
        return new WalkEvent { Row = row, Outcome = outcome };
    }

    private static Task SignalBeginAsync(TaskOrchestrationContext context, WalkGroup walk, Changeset changeset, int node, DateTimeOffset startAt) =>
        context.Entities.SignalEntityAsync(EntityNames.ResourceOf(changeset.Graph.Nodes[node].Key), nameof(ResourceEntity.Begin), new BeginOperation
        {
            CommandId = walk.CommandId,
            Row = changeset.Graph.Nodes[node].Row,
            Announce = context.InstanceId,
            StartAt = startAt,
            TraceParent = changeset.TraceParent,
        });

    private static NodeState StateOf(OutcomeState outcome) => outcome switch
    {
        OutcomeState.Success => NodeState.Success,
        OutcomeState.Rejected => NodeState.Rejected,
        OutcomeState.Canceled => NodeState.Canceled,
        _ => NodeState.Failed,
    };
}
