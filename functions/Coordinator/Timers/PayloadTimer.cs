using Formae.Coordination.Bus;
using Formae.Coordination.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Timers;

/// <summary>Removes what was too large for its row or its message and is needed by none any more, a little every hour.</summary>
public sealed class PayloadTimer(RowPayloadSweep rows, MessagePayloadSweep messages)
{
    [Function("SweepPayloads")]
    public Task Run([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancellation) => Task.WhenAll(rows.RunAsync(cancellation), messages.RunAsync(cancellation));
}
