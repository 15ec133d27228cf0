using Formae.Coordination;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordinator.Entities;

/// <summary>
/// A message whose sending failed may be on its queue all the same. So it counts as sent: its report is taken when it comes, and it is sent again later under the same
/// name, which the bus drops if it has it already. Were the operation not begun instead, the report would be nobody's, and what it tells of an orphan.
/// </summary>
public sealed partial class ResourceEntity
{
    public Task Resend(ResendOperation again) => OrLaterAsync(nameof(Resend), again, async () =>
    {
        if (State.Operation is not OperationState.Waiting waiting || !waiting.IsAbout(again.CommandId, again.Row) || waiting.Sequence != again.Send.Sequence)
            return;

        // The time of waiting for a report begins when the message is on its way.
        var next = waiting with { DueAt = waiting.DueAt + (time.GetUtcNow() - again.TriedAt) };
        if (await SendAsync(again.Send, waiting.Operation, report: null, prepared: null) is { } reason)
            await ApplyAsync(new OperationEvent.NotSent(time.GetUtcNow(), again.CommandId, again.Row, reason), report: null);
        else
            State.Operation = next;
    });

    private async Task<string?> SendAsync(OperationEffect.Send send, Operation operation, OperationReport? report, Preparation? prepared)
    {
        try
        {
            return await CarryOutAsync(send, operation, report, prepared);
        }
        catch (Exception e) when (e.IsPassing())
        {
            EntityRetry.LogLater(logger, Context.Id, nameof(Resend), EntityRetry.Pause.TotalSeconds, e);
            var now = time.GetUtcNow();
            var again = new ResendOperation { CommandId = operation.CommandId, Row = operation.UpdateRow, Send = send, TriedAt = now };
            Context.SignalEntity(Context.Id, nameof(Resend), again, new SignalEntityOptions { SignalTime = now + EntityRetry.Pause });
            return null;
        }
    }
}
