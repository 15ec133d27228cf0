using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Commands;

/// <summary>
/// Cancels commands. What is promised is written first: the mark of a graceful cancel, every end of one by force. Only then the walks are told; one that does not hear it
/// finds it in the rows. Where the writing fails nobody is told, and the command goes on as if nothing had been asked.
/// </summary>
public sealed partial class CommandCancellation(
    CancelSelection selection, CommandStore commands, UpdateStore updates, CommandLifecycle lifecycle, TimeProvider time, ILogger<CommandCancellation> logger)
{
    /// <summary>Cancels what a request names. Each command by itself: what goes wrong with one holds up no other.</summary>
    public async Task<CancelOutcome> CancelAsync(CancelRequest request, DurableTaskClient client, CancellationToken cancellation)
    {
        var (found, problem) = await selection.FindAsync(request, cancellation);
        if (problem is not null)
            return new CancelOutcome.Refused(Refusals.InvalidQuery(problem));
        var answer = new CancelAnswer(request.Force, found.Count == 0 ? await selection.WhyNoneAsync(request, cancellation) : null);
        foreach (var commandId in found)
        {
            try
            {
                if (await CancelAsync(commandId, request.Force, client, cancellation) is { } canceled)
                    answer.Add(commandId, canceled);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(commandId, e);
                answer.Fail(commandId, e);
            }
        }

        return answer.Build();
    }

    /// <summary>How its updates stand then; null when it was over already.</summary>
    private async Task<IReadOnlyList<UpdateSummary>?> CancelAsync(string commandId, bool force, DurableTaskClient client, CancellationToken cancellation)
    {
        var command = force ? await commands.FindAsync(commandId, cancellation) : await commands.MarkCancelingAsync(commandId, time.GetUtcNow(), cancellation);
        if (command is null || States.IsFinal(command.State))
            return null;
        var all = force ? await EndAsync(command, cancellation) : null;
        if (force && all is null)
            return null;
        LogCanceled(commandId, force);
        await TellAsync(command, force, client);
        return all ?? await updates.SummariesAsync(commandId, cancellation);
    }

    /// <summary>Ends everything that has not ended, and then the command: nothing that is reported later changes that. Null when the command itself was quicker.</summary>
    private async Task<IReadOnlyList<UpdateSummary>?> EndAsync(CommandRecord command, CancellationToken cancellation)
    {
        var all = await updates.SettleAsync(command.CommandId, Abandon, time.GetUtcNow(), cancellation);
        var now = time.GetUtcNow();
        if (await commands.EndAsync(command.CommandId, States.Canceled, now, error: null, cancellation) != States.Canceled)
            return null;
        CommandSpans.Ended(command, States.Canceled, all.Count, now);
        return all;
    }

    private static Settlement Abandon(UpdateSummary update) =>
        new(States.Canceled, Error: null, update.State == States.NotStarted ? CancelTexts.NotStarted : CancelTexts.Abandoned) { IsForced = true };

    /// <summary>From here on nothing is lost any more: what cannot be told is found by whoever looks. A caller who leaves does not end it.</summary>
    private async Task TellAsync(CommandRecord command, bool force, DurableTaskClient client)
    {
        var commandId = command.CommandId;
        try
        {
            if (await client.GetInstanceAsync(commandId) is not { IsCompleted: false })
            {
                // Whatever starts for it after this reads the mark, and does nothing.
                await lifecycle.CloseAsync(commandId, error: null, client, CancellationToken.None);
                return;
            }

            // One that was not opened by the time of the mark gets no walks. Of one that is canceled by force that cannot be said: it may have been opened meanwhile.
            if (force || command.OpenedAt is not null)
                await Task.WhenAll(Enumerable.Range(0, command.Groups).Select(group => TellWalkAsync(WalkGroup.InstanceOf(commandId, group), force, client)));
        }
        catch (Exception e)
        {
            LogNotTold(commandId, e);
        }
    }

    private async Task TellWalkAsync(string walk, bool force, DurableTaskClient client)
    {
        try
        {
            await client.RaiseEventAsync(walk, WalkEvent.EventName, new WalkEvent { IsCancel = true, IsForced = force });
        }
        catch (Exception e)
        {
            LogNotTold(walk, e);
        }
    }

    [LoggerMessage(EventId = 1111, Level = LogLevel.Information, Message = "Command {CommandId} is canceled (by force: {Force})")]
    private partial void LogCanceled(string commandId, bool force);

    [LoggerMessage(EventId = 1112, Level = LogLevel.Warning, Message = "Command {CommandId} could not be canceled and goes on")]
    private partial void LogFailed(string commandId, Exception exception);

    [LoggerMessage(EventId = 1113, Level = LogLevel.Information, Message = "{Instance} could not be told of a cancel; it will find the mark")]
    private partial void LogNotTold(string instance, Exception exception);
}
