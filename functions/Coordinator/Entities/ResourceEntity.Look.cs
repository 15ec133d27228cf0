using Formae.Coordination.Operations;
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

    private Task SeeAsync(string commandId, OperationReport report) => OrLaterAsync(nameof(Report), report, async () =>
    {
        if (State.Look is not { } look || look.CommandId != commandId)
            return;
        using var span = OperationSpans.Report(report);
        var isLate = time.GetUtcNow() > look.StartAt + ResourceSynchronization.Patience(synchronization.CallTimeout);
        await SeenAsync(look, IsAtWork || isLate ? Seen.Skipped : await synchronization.StoreAsync(look, report, CancellationToken.None));
        State.Look = null;
    });

    private Task SeenAsync(LookAtResource look, Seen result) =>
        client.RaiseEventAsync(look.Announce, ResourceSeen.EventName, new ResourceSeen { CommandId = look.CommandId, Ksuid = Context.Id.Key, Result = result });
}
