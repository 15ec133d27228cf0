using Formae.Coordination.Bus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;

namespace Formae.Coordinator.Entities;

/// <summary>Operations that nobody waits for any more: canceled, given up, forgotten in the end.</summary>
public sealed partial class ResourceEntity
{
    /// <summary>A request may wait for hours, what it began is asked about for a day, and a report is valid for another one.</summary>
    private static readonly TimeSpan LatestReport = TimeSpan.FromDays(3);

    /// <summary>What is still asked about ends by itself before this.</summary>
    private static readonly TimeSpan LatestAnswer = TimeSpan.FromDays(40);

    /// <summary>Stops waiting for an update of a command that was canceled by force. An object that comes to be nevertheless is still recorded.</summary>
    public Task Cancel(CancelOperation cancel) => OrLaterAsync(nameof(Cancel), cancel, () =>
        ApplyAsync(new OperationEvent.Canceled(time.GetUtcNow(), cancel.CommandId, cancel.Row), report: null));

    /// <summary>Looks after a create that was abandoned while the cloud worked on it.</summary>
    public Task Remind(RemindOperation remind) => OrLaterAsync(nameof(Remind), remind, async () =>
    {
        var isAlive = State.Operation is OperationState.Done { Abandoned: not null } done && await execution.IsAliveAsync(done.Operation.Namespace, CancellationToken.None);
        await ApplyAsync(new OperationEvent.Reminded(time.GetUtcNow(), remind.CommandId, remind.Row) { PluginIsAlive = isAlive }, report: null);
    });

    /// <summary>Nothing has come for it for a long time. What succeeded is in its rows; after anything else a late success may still come for a while.</summary>
    public void Forget()
    {
        var now = time.GetUtcNow();
        var since = now - LatestReport;
        var isQuiet = State.Operation switch
        {
            OperationState.Done { Outcome.State: OutcomeState.Success } => true,
            OperationState.Done done => done.Outcome.FinishedAt < (done.Abandoned is null ? since : now - LatestAnswer),
            OperationState.Waiting waiting => waiting.DueAt < since,
            OperationState.Resolving resolving => resolving.DueAt < since,
            _ => true,
        };
        if (isQuiet && (State.Look is null || State.Look.StartAt < since))
            State = null!;
    }

    /// <summary>A message that is sent twice has the number of the first time: the bus drops the second one. Signed with another key it is not dropped, and takes the first one's place.</summary>
    private async Task RememberAsync(ScheduledRequest? scheduled)
    {
        if (scheduled is not null && State.Scheduled?.MessageId == scheduled.MessageId)
            return;
        if (scheduled?.Request is { } request && State.Scheduled?.Request == request)
            await execution.WithdrawAsync(State.Scheduled, CancellationToken.None);
        State.Scheduled = scheduled;
    }

    private async Task WithdrawAsync()
    {
        if (State.Scheduled is { } scheduled)
            await execution.WithdrawAsync(scheduled, CancellationToken.None);
        State.Scheduled = null;
    }
}
