using Formae.Coordination.Operations;
using Formae.Coordination.Bus;
using Formae.Coordination.Publishing;
using Formae.Coordination.Synchronization;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;

namespace Formae.Coordinator.Entities;

/// <summary>A look at the cloud between operations. It never waits for one, and never writes while one is under way.</summary>
public sealed partial class ResourceEntity
{
    private bool IsAtWork => State.Operation is OperationState.Resolving or OperationState.Waiting;

    public Task Look(LookAtResource look) => OrLaterAsync(nameof(Look), look, async () =>
    {
        if (IsAtWork)
            await SeenAsync(look, Seen.Skipped);
        else if (await synchronization.SendAsync(look, Context.Id.Key, CancellationToken.None) is { } sent)
            State.Look = sent;
        else
            await SeenAsync(look, Seen.Failed);
    });

    private async Task SeeAsync(string commandId, OperationReport report)
    {
        if (State.Look is { } look && look.CommandId == commandId)
        {
            using var span = OperationSpans.Report(report);
            var isLate = time.GetUtcNow() > look.StartAt + ResourceSynchronization.Patience(synchronization.CallTimeout);
            var seen = IsAtWork || isLate ? Seen.Skipped : await synchronization.StoreAsync(look, await WholeAsync(report), CancellationToken.None);
            if (await synchronization.NoteAsync(look, seen, CancellationToken.None) is { } notice)
                Context.SignalEntity(EntityNames.PublicationOf(look.CommandId), EventNotice.Operation, notice);
            await SeenAsync(look, seen);
            State.Look = null;
        }

        ForgetPayloadOf(report);
    }

    private async Task<OperationReport> WholeAsync(OperationReport report) =>
        await claims.OpenAsync(report, CancellationToken.None) ?? report with { Status = OperationStatus.Failure, Problem = ReportClaims.Gone };

    private Task SeenAsync(LookAtResource look, Seen result) =>
        client.RaiseEventAsync(look.Announce, ResourceSeen.EventName, new ResourceSeen { CommandId = look.CommandId, Ksuid = Context.Id.Key, Result = result });
}
