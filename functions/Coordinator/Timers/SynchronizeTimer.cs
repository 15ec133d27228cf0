using Formae.Coordination.Synchronization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Timers;

/// <summary>Starts a synchronisation when one is due; never, as long as no interval is set.</summary>
public sealed class SynchronizeTimer(SynchronizeStarter synchronizations)
{
    [Function("SynchronizeWhenDue")]
    public Task Run([TimerTrigger("45 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        synchronizations.StartWhenDueAsync(client, cancellation);
}
