using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordinator.Entities;
using Formae.Engine.Commands;
using Formae.Engine.Operations;
using Microsoft.DurableTask;

namespace Formae.Coordinator.Orchestrations;

/// <summary>What <see cref="ChangesetOrchestrator"/> does about what it hears: carries out the steps of <see cref="CommandMachine"/>, and notes them for the rows.</summary>
internal sealed class ChangesetWalk(TaskOrchestrationContext context, WalkGroup group, Changeset changeset)
{
    /// <summary>More than most groups have: where a great many are at work at once, each is looked at less often, so that looking costs no more.</summary>
    private const int MostLooked = 1000;

    private readonly CommandMachine _machine = group.Saved is null ? CommandMachine.Start(changeset.Graph) : CommandMachine.Resume(changeset.Graph, group.Saved);
    private readonly StartTimes _starts = new(context, group.WaitingSince);
    private bool _isAbandoned;
    private int _lookFrom = group.LookFrom;

    public ProgressLog Progress { get; } = new(changeset.Graph, group.CommandId);

    /// <summary>Targets are carried out by activities of the orchestration; the history is not begun anew while one is under way.</summary>
    public List<Task<WalkEvent>> Targets { get; } = [];

    /// <summary>When to ask again for start times; null when nothing waits for one.</summary>
    public DateTime? AskAgainAt => _starts.AskAgainAt;

    /// <summary>Nothing is left to be walked, or nobody waits for it any more.</summary>
    public bool IsOver => _machine.IsDone || _isAbandoned;

    /// <summary>Canceled by force: its rows say all that there is to say.</summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Where it stands, for the next history.</summary>
    public WalkGroup Save() => group with { Saved = _machine.Save(), WaitingSince = _starts.WaitingSince, LookFrom = _lookFrom, TraceParent = changeset.TraceParent };

    public async Task BeginAsync()
    {
        await HearCancelAsync(changeset.Cancel);
        await FollowAsync(_machine.Begin());
    }

    public Task HearAsync(WalkEvent happened)
    {
        if (happened.IsCancel)
            return HearCancelAsync(happened.IsForced ? CancelMark.Forced : CancelMark.Graceful);
        return happened.SaysNothing ? Task.CompletedTask : HearOfNodeAsync(happened);
    }

    /// <summary>There may be start times again.</summary>
    public Task AskAgainAsync()
    {
        _starts.Elapsed();
        return FollowAsync(_machine.Begin());
    }

    /// <summary>Told again: what is overdue ends, what has ended says so, and what has never heard of its beginning begins. What has just begun is none of these.</summary>
    /// <returns>How many were told.</returns>
    public async Task<int> LookAsync(TimeSpan recently)
    {
        await HearCancelAsync(await context.CallActivityAsync<CancelMark>(nameof(CommandActivities.ReadCancel), group.CommandId, CommandActivities.Patiently));
        if (_isAbandoned)
            return 0;
        var since = context.CurrentUtcDateTime - recently;
        int[] overdue = [.. EntitiesAtWork(_lookFrom).Where(node => !Progress.HasStartedSince(node, since)).Take(MostLooked)];
        _lookFrom = overdue.Length < MostLooked ? 0 : overdue[^1] + 1;
        foreach (var node in overdue)
            await SignalBeginAsync(node, startAt: default);
        return overdue.Length;
    }

    /// <summary>Starts nothing more; by force, nobody waits any more for what runs, either.</summary>
    private async Task HearCancelAsync(CancelMark mark)
    {
        if (mark == CancelMark.None)
            return;
        foreach (var canceled in _machine.Cancel().Canceled)
            Progress.Canceled(canceled, context.CurrentUtcDateTime);
        if (mark == CancelMark.Graceful)
            return;
        foreach (var node in EntitiesAtWork())
        {
            await context.Entities.SignalEntityAsync(
                EntityNames.ResourceOf(changeset.Graph.Nodes[node].Key), nameof(ResourceEntity.Cancel), new CancelOperation { CommandId = group.CommandId, Row = changeset.Graph.Nodes[node].Row });
        }

        _isAbandoned = true;
    }

    private IEnumerable<int> EntitiesAtWork(int from = 0) => _machine.InFlight().Where(node => node >= from && !changeset.Graph.Nodes[node].IsTarget);

    private async Task HearOfNodeAsync(WalkEvent happened)
    {
        var node = UpdateRecord.IndexOf(happened.Row);
        var before = _machine.StateOf(node);
        if (happened.Outcome is not { } outcome)
        {
            if (happened.Attempt is { } attempt && before == NodeState.Started)
                Progress.Tried(node, attempt);
            return;
        }

        var step = _machine.Finish(node, StateOf(outcome.State));
        if (_machine.StateOf(node) != before)
            Progress.Finished(node, outcome);
        await FollowAsync(step);
    }

    private async Task FollowAsync(Step step)
    {
        foreach (var node in step.Canceled)
            Progress.Canceled(node, context.CurrentUtcDateTime);
        foreach (var (node, cause) in step.Failed)
            Progress.FailedBecause(node, cause, context.CurrentUtcDateTime);
        foreach (var node in step.Start.Where(node => changeset.Graph.Nodes[node].IsTarget))
        {
            Progress.Started(node, context.CurrentUtcDateTime);
            Targets.Add(ExecuteTargetAsync(node));
        }

        foreach (var byNamespace in step.Start.Where(node => !changeset.Graph.Nodes[node].IsTarget).GroupBy(node => changeset.Graph.Nodes[node].Namespace, StringComparer.OrdinalIgnoreCase))
        {
            var nodes = byNamespace.ToArray();
            var grant = await _starts.TakeAsync(byNamespace.Key, nodes.Length);
            var count = grant.Times?.Count ?? nodes.Length;
            for (var i = 0; i < count; i++)
            {
                Progress.Started(nodes[i], context.CurrentUtcDateTime);
                await SignalBeginAsync(nodes[i], grant.Times?[i] ?? default);
            }

            _machine.Postpone(nodes[count..]);
            foreach (var node in nodes[count..])
                await HoldAsync(node, grant);
        }
    }

    /// <summary>It could start and may not yet. Where the plugin is missing, that is said; and in the end it fails for it.</summary>
    private async Task HoldAsync(int node, StartGrant grant)
    {
        if (grant.Problem is { } problem)
        {
            var now = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
            Progress.Finished(node, new Outcome { State = OutcomeState.Failed, Error = $"{problem.Code}: {problem.Message}", StartedAt = now, FinishedAt = now });
            await FollowAsync(_machine.Finish(node, NodeState.Failed));
        }
        else if (grant.Waiting is { } reason)
        {
            Progress.Waits(node, reason);
        }
    }

    private async Task<WalkEvent> ExecuteTargetAsync(int node)
    {
        var row = changeset.Graph.Nodes[node].Row;
        var outcome = await context.CallActivityAsync<Outcome>(nameof(CommandActivities.ExecuteTarget), new ExecuteTarget { CommandId = group.CommandId, Row = row, TraceParent = changeset.TraceParent }, CommandActivities.Patiently);
        return new WalkEvent { Row = row, Outcome = outcome };
    }

    private Task SignalBeginAsync(int node, DateTimeOffset startAt) =>
        context.Entities.SignalEntityAsync(EntityNames.ResourceOf(changeset.Graph.Nodes[node].Key), nameof(ResourceEntity.Begin), new BeginOperation
        {
            CommandId = group.CommandId,
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
