using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Commands;

/// <summary>Starts the orchestration of a command, once: its instance id is the command's id.</summary>
public sealed class CommandStarter(CommandStore commands, CommandLifecycle lifecycle)
{
    public const string Orchestration = "Command";

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

    /// <summary>Starts commands that are stored and have no orchestration; closes those whose orchestration has ended without closing them.</summary>
    public async Task HealAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var command in await commands.UnfinishedAsync(cancellation))
        {
            var instance = await client.GetInstanceAsync(command.CommandId, cancellation: cancellation);
            if (instance is null && command.State == States.NotStarted)
                await StartAsync(client, command.CommandId, cancellation);
            else if (instance is { IsCompleted: true })
                await lifecycle.CloseAsync(command.CommandId, instance.FailureDetails?.ErrorMessage ?? "The command's orchestration ended before the command did.", cancellation);
        }
    }
}
