using Formae.Coordination.Commands;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Timers;

/// <summary>Starts what is recorded and not running: a coordinator may have died between the two.</summary>
public sealed class HealTimer(CommandStarter starter)
{
    [Function("Heal")]
    public Task Run([TimerTrigger("*/30 * * * * *", RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        starter.HealAsync(client, cancellation);
}
