using Formae.Coordination.Background;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Timers;

/// <summary>Destroys, every minute, the stacks whose time to live is over.</summary>
public sealed class ExpiryTimer(StackExpiry expiry)
{
    [Function("ExpireStacks")]
    public Task Run([TimerTrigger("15 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        expiry.CheckAsync(StackExpiry.ClientId, client, cancellation);
}
