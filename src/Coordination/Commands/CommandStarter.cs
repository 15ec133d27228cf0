using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Commands;

/// <summary>Starts the orchestration of a command, once: its instance id is the command's id.</summary>
public sealed class CommandStarter(CommandStore commands, UpdateStore updates, CommandLifecycle lifecycle, StorageClock clock)
{
    public const string Orchestration = "Command";

    /// <summary>How long an intake may take in all: it gives up before anybody takes it for dead.</summary>
    public static readonly TimeSpan IntakeTime = TimeSpan.FromMinutes(30);

    /// <summary>How old the look-up of a command without a row must be for its intake to be dead.</summary>
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    private static readonly OrchestrationRuntimeStatus[] Existing = Enum.GetValues<OrchestrationRuntimeStatus>();

    public async Task StartAsync(DurableTaskClient client, string commandId, CancellationToken cancellation)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(Orchestration, input: null, new StartOrchestrationOptions(commandId).WithDedupeStatuses(Existing), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An instance of this id is what was wanted, whoever started it; how the refusal looks differs between backends.
            if (await client.GetInstanceAsync(commandId, cancellation: cancellation) is null)
                throw;
        }
    }

    /// <summary>Starts commands that are stored and have no orchestration; closes those whose orchestration has ended, or is gone, without closing them.</summary>
    public async Task HealAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        DateTimeOffset? now = null;
        foreach (var id in await commands.OpenAsync(cancellation))
        {
            // The command first: one that has begun has an instance, so to find none afterwards means that it is gone, not that it is about to start.
            var command = await commands.FindAsync(id, cancellation);
            var instance = await client.GetInstanceAsync(id, cancellation: cancellation);
            if (command is null)
            {
                now ??= await clock.NowAsync(cancellation);
                if (await commands.OpenedAtAsync(id, cancellation) is { } opened && now - opened > OrphanAge)
                {
                    await updates.RemoveAsync(id, cancellation);
                    await commands.ForgetOpenAsync(id, cancellation);
                }
            }
            else if (instance is null && command.State == States.NotStarted)
            {
                await StartAsync(client, id, cancellation);
            }
            else if (instance is null or { IsCompleted: true })
            {
                await lifecycle.CloseAsync(id, instance?.FailureDetails?.ErrorMessage ?? "The command's orchestration ended before the command did.", client, cancellation);
            }
        }
    }
}
