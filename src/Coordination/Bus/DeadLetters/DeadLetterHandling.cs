using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Bus.DeadLetters;

/// <summary>
/// Sends dead letters again, or drops them. A letter is sent again only if an app of this control plane signed it and somebody still wants it: what is forged never becomes
/// valid by being looked at.
/// </summary>
public sealed partial class DeadLetterHandling(DeadLetterBox box, ServiceBusClient client, MessageReader reader, MessageWriter writer, PayloadStore payloads, TimeProvider time, ILogger<DeadLetterHandling> logger)
{
    /// <summary>
    /// The bus gives out dead letters in their order and not by their numbers. So those before the wanted one are locked too, and given back; no more than this, and for
    /// less than any lock lasts.
    /// </summary>
    private const int MostLocked = 250;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <summary>Two of this process would only lock each other's letters.</summary>
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    public Task<DeadLetterOutcome> RetryAsync(string queue, long sequence, DurableTaskClient hub, CancellationToken cancellation) => TakeAsync(queue, sequence, async (receiver, letter) =>
    {
        if (RefusalOf(letter, queue) is { } refusal)
            return new DeadLetterOutcome.Refused(refusal);
        var body = await LetterBody.ReadAsync(letter, payloads, opensClaim: true, cancellation);
        if (letter.Subject == BusContract.RequestSubject && (body.Request is not { } request ? body.Summary : await WhyNobodyWaitsAsync(request, hub, cancellation)) is { } reason)
            return new DeadLetterOutcome.Refused(reason);

        var shown = await box.ShowAsync(letter, queue, cancellation);
        await using var sender = client.CreateSender(queue);

        // A request that changes something must not go out twice: lost between the two, it is missed when its deadline has passed. Everything else may repeat, and must not be lost.
        if (body.Request is { Verb: OperationVerb.Create or OperationVerb.Update or OperationVerb.Delete })
        {
            await receiver.CompleteMessageAsync(letter, CancellationToken.None);
            await sender.SendMessageAsync(writer.WriteAgain(letter, queue), CancellationToken.None);
        }
        else
        {
            await sender.SendMessageAsync(writer.WriteAgain(letter, queue), CancellationToken.None);
            await receiver.CompleteMessageAsync(letter, CancellationToken.None);
        }

        LogSentAgain(letter.MessageId, queue, shown.Reason);
        return new DeadLetterOutcome.Done(shown);
    }, cancellation);

    public Task<DeadLetterOutcome> DropAsync(string queue, long sequence, CancellationToken cancellation) => TakeAsync(queue, sequence, async (receiver, letter) =>
    {
        var shown = await box.ShowAsync(letter, queue, cancellation);
        await receiver.CompleteMessageAsync(letter, CancellationToken.None);

        // Only our own claims: a forged one could name the payload of another message.
        if (reader.IsGenuine(letter, queue) && letter.ContentType == MessageProperties.ClaimContent)
            await reader.SettledAsync((await LetterBody.ReadAsync(letter, payloads, opensClaim: false, CancellationToken.None)).Claim);
        LogDropped(letter.MessageId, queue, shown.Reason);
        return new DeadLetterOutcome.Done(shown);
    }, cancellation);

    /// <summary>Why a message is never sent again; null when it may be.</summary>
    private string? RefusalOf(ServiceBusReceivedMessage letter, string queue)
    {
        if (!reader.IsGenuine(letter, queue))
            return $"No app of this control plane signed this message for this queue, or its key is not known any more ({letter.DeadLetterReason}). It is not made valid. See who can write to the queue, and drop it.";
        var subject = queue == BusContract.ReportQueue ? BusContract.ReportSubject : queue == BusContract.AnnouncementQueue ? BusContract.AnnouncementSubject : BusContract.RequestSubject;
        if (letter.Subject != subject)
            return $"The queue takes '{subject}', and this is '{letter.Subject}': it would come back. Drop it.";
        if (letter.ApplicationProperties.GetValueOrDefault(MessageProperties.Contract) is { } contract && Convert.ToInt64(contract, System.Globalization.CultureInfo.InvariantCulture) != BusContract.Version)
            return $"It is written in contract {contract}, and contract {BusContract.Version} is spoken here: nobody would understand it. Drop it, and have its sender brought up to date.";
        return null;
    }

    /// <summary>A request that changes something is carried out whether or not anybody still waits for it, so it goes out only while it is the very one that is waited for.</summary>
    private static async Task<string?> WhyNobodyWaitsAsync(OperationRequest request, DurableTaskClient hub, CancellationToken cancellation)
    {
        if (request.Verb is not (OperationVerb.Create or OperationVerb.Update or OperationVerb.Delete))
            return null;
        var entity = await hub.Entities.GetEntityAsync<Waiter>(EntityNames.ResourceOf(request.Ksuid), includeState: true, cancellation);
        return entity?.State.Operation is OperationState.Waiting waiting && OperationName.Of(waiting.Operation).ToString() == request.OperationId && waiting.Sequence == request.Sequence
            ? null
            : $"Nobody waits for this {request.Verb.ToString().ToLowerInvariant()} any more: its operation has ended, or has asked again. Sent now, it could be carried out twice. Drop it; what is still missing, a new apply brings about.";
    }

    private async Task<DeadLetterOutcome> TakeAsync(string queue, long sequence, Func<ServiceBusReceiver, ServiceBusReceivedMessage, Task<DeadLetterOutcome>> handle, CancellationToken cancellation)
    {
        if (await box.PeekAsync(queue, sequence, cancellation) is null)
            return new DeadLetterOutcome.Missing();
        var turn = _turns.GetOrAdd(queue, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        await using var receiver = box.ReceiverOf(queue);
        var held = new List<ServiceBusReceivedMessage>();
        try
        {
            if (await LockAsync(receiver, sequence, held, cancellation) is not { } letter)
            {
                return await box.PeekAsync(queue, sequence, cancellation) is null ? new DeadLetterOutcome.Missing()
                    : new DeadLetterOutcome.Busy(held.Count >= MostLocked
                        ? $"More than {MostLocked} dead letters of the queue come before it: drop or send those first."
                        : "Somebody else holds it at this moment. Try again in a minute.");
            }

            var outcome = await handle(receiver, letter);
            if (outcome is DeadLetterOutcome.Done)
                held.Remove(letter);
            return outcome;
        }
        catch (ServiceBusException e) when (e.Reason == ServiceBusFailureReason.MessageLockLost)
        {
            return new DeadLetterOutcome.Busy("It took too long, and somebody else may have it now. See whether it is still there.");
        }
        finally
        {
            await Task.WhenAll(held.Select(letter => GiveBackAsync(receiver, letter)));
            turn.Release();
        }
    }

    private async Task<ServiceBusReceivedMessage?> LockAsync(ServiceBusReceiver receiver, long sequence, List<ServiceBusReceivedMessage> held, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (held.Count < MostLocked && time.GetElapsedTime(began) < Longest)
        {
            var letters = await receiver.ReceiveMessagesAsync(MostLocked - held.Count, Wait, cancellation);
            held.AddRange(letters);
            if (letters.FirstOrDefault(letter => letter.SequenceNumber == sequence) is { } found)
                return found;
            if (letters.Count == 0)
                return null;
        }

        return null;
    }

    private async Task GiveBackAsync(ServiceBusReceiver receiver, ServiceBusReceivedMessage letter)
    {
        try
        {
            await receiver.AbandonMessageAsync(letter, propertiesToModify: null, CancellationToken.None);
        }
        catch (ServiceBusException e)
        {
            // Its lock ends by itself.
            LogNotGivenBack(e, letter.MessageId);
        }
    }

    [LoggerMessage(EventId = 1310, Level = LogLevel.Information, Message = "The dead letter {MessageId} of {Queue} ({Reason}) was sent again")]
    private partial void LogSentAgain(string messageId, string queue, string reason);

    [LoggerMessage(EventId = 1311, Level = LogLevel.Information, Message = "The dead letter {MessageId} of {Queue} ({Reason}) was dropped")]
    private partial void LogDropped(string messageId, string queue, string reason);

    [LoggerMessage(EventId = 1312, Level = LogLevel.Warning, Message = "The dead letter {MessageId} could not be given back; its lock ends by itself")]
    private partial void LogNotGivenBack(Exception exception, string messageId);

    /// <summary>The part of a resource's entity that says what it waits for.</summary>
    private sealed class Waiter
    {
        public OperationState Operation { get; set; } = new OperationState.Idle();
    }
}
