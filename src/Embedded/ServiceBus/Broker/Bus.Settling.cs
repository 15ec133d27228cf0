using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>The ends of a delivery: settled by the receiver, lock over, time to live over, too many tries.</summary>
internal sealed partial class Bus
{
    // A message of the largest size can still be dead-lettered with a reason and a description.
    private const int RoomForReasons = 32 * 1024;

    public void Settle(BrokerConnection connection, int correlation, string path, Guid token, Settlement settlement, Dictionary<string, object> properties)
    {
        lock (_gate)
        {
            if (_stopped || FindQueue(connection, correlation, path) is not { } queue || FindLocked(connection, correlation, queue, token) is not { } message)
                return;
            if (settlement == Settlement.Complete)
                Complete(connection, correlation, queue, message);
            else if (settlement == Settlement.DeadLetter && queue.DeadLetters is null)
                Refuse(connection, correlation, ServiceBusFailureReason.GeneralError, "The message is in a dead-letter queue already.", path);
            else if (settlement == Settlement.Abandon && properties.Count == 0)
                Abandon(connection, correlation, queue, message);
            else
                SettleChanged(connection, correlation, queue, message, settlement, properties);
        }
    }

    public void RenewLock(BrokerConnection connection, int correlation, string path, Guid token)
    {
        lock (_gate)
        {
            if (_stopped || FindQueue(connection, correlation, path) is not { } queue || FindLocked(connection, correlation, queue, token) is not { } message)
                return;
            queue.Renew(message, Now + queue.Properties.LockDuration.Ticks);
            connection.Outbox.Append(FrameKind.Time, correlation, message.LockedUntil, static (writer, ticks) => writer.Int64(ticks));
            Touch(connection);
        }
    }

    /// <summary>Messages that were fetched and never looked at: as if they had not been delivered. Those whose lock is over are passed over.</summary>
    public void Release(BrokerConnection connection, int correlation, string path, Guid[] tokens)
    {
        lock (_gate)
        {
            if (_stopped || FindQueue(connection, correlation, path) is not { } queue)
                return;
            foreach (var token in tokens)
            {
                if (queue.FindLocked(token) is not { } message)
                    continue;
                message.DeliveryCount--;
                _journal.CountChanged(queue, message);
                queue.Return(message);
                WakeAt(message.Expires);
            }

            AnswerDone(connection, correlation);
            HandOut(queue);
        }
    }

    private StoredMessage? FindLocked(BrokerConnection connection, int correlation, MessageQueue queue, Guid token)
    {
        if (queue.FindLocked(token) is { } message && message.LockedUntil > Now)
            return message;
        Refuse(connection, correlation, ServiceBusFailureReason.MessageLockLost,
            "The lock on the message is not held any more: it expired, the message was settled already, or the connection that held it was lost.", queue.Path);
        return null;
    }

    private void Complete(BrokerConnection connection, int correlation, MessageQueue queue, StoredMessage message)
    {
        queue.Leave(message);
        _journal.Add(new DeleteMessage(queue.RowOf(message.SequenceNumber)));
        _journal.Then(
            () =>
            {
                RemoveMessage(queue, message);
                AnswerDone(connection, correlation);
            },
            e =>
            {
                queue.Return(message);
                RefuseLost(connection, correlation, e, queue.Path);
            });
    }

    private void Abandon(BrokerConnection connection, int correlation, MessageQueue queue, StoredMessage message)
    {
        EndLock(queue, message, Now);
        AnswerDone(connection, correlation);
        HandOut(queue);
    }

    /// <summary>Abandons, defers or dead-letters with changed properties.</summary>
    private void SettleChanged(BrokerConnection connection, int correlation, MessageQueue queue, StoredMessage message, Settlement settlement, Dictionary<string, object> properties)
    {
        var content = properties.Count == 0 ? null : Changed(queue, message, properties);
        var most = WireMessage.LargestSize + (settlement == Settlement.DeadLetter ? RoomForReasons : 0);
        if (content?.Length > most)
        {
            Refuse(connection, correlation, ServiceBusFailureReason.MessageSizeExceeded, $"With the changed properties the message takes {content.Length} bytes; {most} are allowed.", queue.Path);
            return;
        }

        if (settlement == Settlement.DeadLetter)
        {
            MoveToDeadLetters(queue, message, properties, () => AnswerDone(connection, correlation), e => RefuseLost(connection, correlation, e, queue.Path));
            return;
        }

        queue.Leave(message);
        var deferred = settlement == Settlement.Defer || message.IsDeferred;
        _journal.Add(new UpdateMessage(queue.RowOf(message.SequenceNumber), deferred ? RowState.Deferred : RowState.Active, message.DeliveryCount, content));
        _journal.Then(
            () =>
            {
                if (content is not null)
                {
                    DropBody(message);
                    message.Content = content;
                    message.Size = content.Length;
                    KeepBody(message);
                }

                message.IsDeferred = deferred;
                EndLock(queue, message, Now);
                AnswerDone(connection, correlation);
                HandOut(queue);
            },
            e =>
            {
                EndLock(queue, message, Now);
                RefuseLost(connection, correlation, e, queue.Path);
            });
    }

    /// <summary>Under the lock. What holds the message lets go of it; where it goes depends on how often it was tried and how old it is.</summary>
    private void EndLock(MessageQueue queue, StoredMessage message, long now)
    {
        // A deferred message that was just deferred has not failed, whatever its count: only its next lock can take it away.
        var failedTooOften = queue.DeadLetters is not null && message.DeliveryCount >= queue.Properties.MaxDeliveryCount && !(message.IsDeferred && message.Place == Place.Leaving);
        if (failedTooOften)
            DeadLetter(queue, message, "MaxDeliveryCountExceeded", $"The message was delivered {message.DeliveryCount} times without being completed.");
        else if (message.Expires <= now)
            Expire(queue, message);
        else
            queue.Return(message);
        WakeAt(message.Expires);
    }

    /// <summary>Messages that were on their last try when the broker was killed.</summary>
    private void DeadLetterTheOvertried(MessageQueue queue)
    {
        foreach (var message in queue.Messages.Where(message => message.Place == Place.Ready && message.DeliveryCount >= queue.Properties.MaxDeliveryCount).ToList())
            EndLock(queue, message, Now);
    }

    private void Expire(MessageQueue queue, StoredMessage message)
    {
        if (queue.Properties.DeadLetteringOnMessageExpiration && queue.DeadLetters is not null)
        {
            DeadLetter(queue, message, "TTLExpiredException", "The message's time to live was over before it was completed.");
            return;
        }

        queue.Leave(message);
        _journal.Add(new DeleteMessage(queue.RowOf(message.SequenceNumber)));
        _journal.Then(() => RemoveMessage(queue, message), _ => ReturnLater(queue, message));
    }

    private void DeadLetter(MessageQueue queue, StoredMessage message, string reason, string description)
    {
        LogDeadLettered(queue.Path, message.SequenceNumber, reason);
        MoveToDeadLetters(queue, message, new Dictionary<string, object>
        {
            [ServiceBusReceivedMessage.DeadLetterReasonProperty] = reason,
            [ServiceBusReceivedMessage.DeadLetterDescriptionProperty] = description,
        }, () => { }, _ => { });
    }

    private void MoveToDeadLetters(MessageQueue queue, StoredMessage message, Dictionary<string, object> properties, Action moved, Action<Exception> lost)
    {
        var content = Changed(queue, message, properties);
        var deadLetters = queue.DeadLetters!;
        queue.Leave(message);
        var dead = new StoredMessage
        {
            SequenceNumber = message.SequenceNumber,
            EnqueuedSequenceNumber = message.EnqueuedSequenceNumber,
            Content = content,
            Size = content.Length,
            DeliveryCount = message.DeliveryCount,
            Enqueued = message.Enqueued,
            DeadLetterSource = queue.Path,
        };
        _journal.Add(new MoveMessage(queue.RowOf(message.SequenceNumber), deadLetters.RowOf(dead.SequenceNumber), dead, content));
        _journal.Then(
            () =>
            {
                RemoveMessage(queue, message);
                KeepBody(dead);
                deadLetters.Add(dead);
                moved();
                HandOut(deadLetters);
            },
            e =>
            {
                ReturnLater(queue, message);
                lost(e);
            });
    }

    /// <summary>The file could not be written. What expired looks expired again at once, so it is put off for a moment instead of trying in a circle.</summary>
    private void ReturnLater(MessageQueue queue, StoredMessage message)
    {
        queue.Return(message);
        WakeAt(Now + AfterLostCommit.Ticks);
    }

    private byte[] Changed(MessageQueue queue, StoredMessage message, Dictionary<string, object> properties)
    {
        if (message.Content is null)
            ReadBack(queue, message);
        return properties.Count == 0 ? message.Content! : WireMessage.WithProperties(message.Content!, properties);
    }
}
