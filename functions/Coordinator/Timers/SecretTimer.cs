using Formae.Coordination.Secrets;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Timers;

/// <summary>Closes secrets that older rows hold in the open. Not at the start, which is to be quick; nothing is read while nothing is left to be done.</summary>
public sealed class SecretTimer(SecretBackfill backfill)
{
    [Function("CloseSecrets")]
    public Task Run([TimerTrigger("20 * * * * *")] TimerInfo timer, CancellationToken cancellation) => backfill.RunAsync(cancellation);
}
