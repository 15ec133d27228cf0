using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Commands;

/// <summary>Starts the orchestration of a command, once: its instance id is the command's id.</summary>
public sealed partial class CommandStarter(CommandStore commands, UpdateStore updates, CommandLifecycle lifecycle, StorageClock clock, ILogger<CommandStarter> logger)
{
    public const string Orchestration = "Command";

    /// <summary>How long an intake may take in all: it gives up before anybody takes it for dead.</summary>
    public static readonly TimeSpan IntakeTime = TimeSpan.FromMinutes(30);

    /// <summary>How old the look-up of a command without a row must be for its intake to be dead, and that of one whose row cannot be read for nobody to be about to start it.</summary>
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    // Version 1.1.7 of the isolated worker's package does not hand these on: there an instance that has ended is replaced. It runs once more, finds its command over, walks
    // nothing, and closes what is closed.
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
            try
            {
                await HealAsync(id, client, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One that cannot be looked after must not keep all that come after it waiting.
                LogNotHealed(id, e);
            }
        }
    }

    private async Task HealAsync(string id, DurableTaskClient client, CancellationToken cancellation)
    {
        CommandRecord? command;
        try
        {
            // The command first: one that has begun has an instance, so to find none afterwards means that it is gone, not that it is about to start.
            command = await commands.FindAsync(id, cancellation);
        }
        catch (UnreadableCommandException unreadable)
        {
            await AbandonAsync(id, unreadable, client, cancellation);
            return;
        }

        var instance = await client.GetInstanceAsync(id, cancellation: cancellation);
        if (command is null)
        {
            if (await IsOldAsync(id, cancellation))
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
            // Why it ended is told only to who asks for its inputs and outputs, too.
            await lifecycle.CloseAsync(id, ReasonOf(instance is null ? null : await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellation)), client, cancellation);
        }
    }

    /// <summary>Ends a command that nobody here can carry out. A newer version, which wrote it and may be about to start it, is given time for that.</summary>
    private async Task AbandonAsync(string id, UnreadableCommandException unreadable, DurableTaskClient client, CancellationToken cancellation)
    {
        LogUnreadable(id, unreadable);
        if (await client.GetInstanceAsync(id, cancellation: cancellation) is null or { IsCompleted: true } && await IsOldAsync(id, cancellation))
            await lifecycle.AbandonAsync(id, unreadable.Message, client, cancellation);
    }

    private async Task<bool> IsOldAsync(string id, CancellationToken cancellation) =>
        await commands.OpenedAtAsync(id, cancellation) is { } opened && await clock.NowAsync(cancellation) - opened > OrphanAge;

    /// <summary>Why an orchestration ended before its command did. The Functions host of Azure tells no details of a failure; there the reason is the output, as plain text.</summary>
    internal static string ReasonOf(OrchestrationMetadata? ended)
    {
        const string Ended = "The command's orchestration ended before the command did";
        var reason = ended?.FailureDetails?.ErrorMessage
            ?? (ended is { RuntimeStatus: OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated, SerializedOutput: { } output } ? output.Split('\n')[0].Trim('"', '\r') : null);
        return string.IsNullOrEmpty(reason) ? $"{Ended}." : $"{Ended}: {reason}";
    }

    [LoggerMessage(EventId = 1121, Level = LogLevel.Error, Message = "Command {CommandId} could not be looked after; it is tried again the next time")]
    private partial void LogNotHealed(string commandId, Exception exception);

    [LoggerMessage(EventId = 1122, Level = LogLevel.Error, Message = "What is stored of command {CommandId} cannot be read; an hour after it was stored it is ended, unless it runs")]
    private partial void LogUnreadable(string commandId, Exception exception);
}
