using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Commands;

/// <summary>Starts the orchestration of a command, once: its instance id is the command's id.</summary>
public sealed class CommandStarter(CommandStore commands, CommandLifecycle lifecycle, TimeProvider time)
{
    public const string Orchestration = "Command";

    /// <summary>How long an intake may take between a command's look-up and its row. Past it the intake is dead.</summary>
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
        foreach (var id in await commands.OpenAsync(cancellation))
        {
            // The command first: one that has begun has an instance, so to find none afterwards means that it is gone, not that it is about to start.
            var command = await commands.FindAsync(id, cancellation);
            var instance = await client.GetInstanceAsync(id, cancellation: cancellation);
            if (command is null)
            {
                if (time.GetUtcNow() - Ksuid.TimeOf(id) > OrphanAge)
                    await commands.ForgetOpenAsync(id, cancellation);
            }
            else if (instance is null && command.State == States.NotStarted)
            {
                await StartAsync(client, id, cancellation);
            }
            else if (instance is null or { IsCompleted: true })
            {
                await lifecycle.CloseAsync(id, instance?.FailureDetails?.ErrorMessage ?? "The command's orchestration ended before the command did.", cancellation);
            }
        }
    }
}
