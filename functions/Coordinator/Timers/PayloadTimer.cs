using Formae.Coordination.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Timers;

/// <summary>Removes what was too large for its row and belongs to none any more, a little every hour.</summary>
public sealed class PayloadTimer(RowPayloadSweep sweep)
{
    [Function("SweepPayloads")]
    public Task Run([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancellation) => sweep.RunAsync(cancellation);
}
