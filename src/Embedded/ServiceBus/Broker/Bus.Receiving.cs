using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>A receive that waits for its first message.</summary>
internal sealed record PendingReceive(BrokerConnection Connection, int Correlation, ServiceBusReceiveMode Mode, int Most);

/// <summary>Handing messages out: receives, deferred receives, peeks.</summary>
internal sealed partial class Bus
{
    private const int MostPerReceive = 4096;

    public void Receive(BrokerConnection connection, int correlation, string path, ServiceBusReceiveMode mode, int most, bool mayWait)
    {
        lock (_gate)
        {
            if (_stopped || FindQueue(connection, correlation, path) is not { } queue)
                return;
            var receive = queue.Receivers.AddLast(new PendingReceive(connection, correlation, mode, Math.Clamp(most, 1, MostPerReceive)));
            HandOut(queue);
            if (mayWait || receive.List is null)
                return;
            queue.Receivers.Remove(receive);
            AnswerMessages(connection, correlation, []);
        }
    }

    /// <summary>Answers the receive with nothing, unless it was answered already.</summary>
    public void CancelReceive(BrokerConnection connection, int correlation)
    {
        lock (_gate)
        {
            foreach (var queue in _entities.Values.OfType<MessageQueue>())
            {
                for (var node = queue.Receivers.First; node is not null; node = node.Next)
                {
                    if (node.Value.Connection != connection || node.Value.Correlation != correlation)
                        continue;
                    queue.Receivers.Remove(node);
                    AnswerMessages(connection, correlation, []);
                    return;
                }
            }
        }
    }

    public void ReceiveDeferred(BrokerConnection connection, int correlation, string path, ServiceBusReceiveMode mode, long[] numbers)
    {
        lock (_gate)
        {
            if (_stopped || FindQueue(connection, correlation, path) is not { } queue)
                return;
            var messages = new List<StoredMessage>();
            foreach (var number in numbers.Distinct())
            {
                if (queue.Find(number) is not { Place: Place.Deferred } message)
                {
                    Refuse(connection, correlation, ServiceBusFailureReason.MessageNotFound, $"No message {number} is deferred here.", path);
                    return;
                }

                messages.Add(message);
            }

            Give(queue, new PendingReceive(connection, correlation, mode, messages.Count), messages);
        }
    }

    /// <summary>Messages in order of their numbers, whatever their state, as they are in the file; nothing is locked.</summary>
    public void Peek(BrokerConnection connection, int correlation, string path, long from, int most)
    {
        MessageQueue? queue;
        lock (_gate)
            queue = FindQueue(connection, correlation, path);
        if (queue is null)
            return;

        var found = new List<(Delivery Delivery, byte[] Content)>();
        var next = Math.Clamp(from, 0, Entity.LargestSequenceNumber);
        var size = 0;
        while (found.Count < most && size < Frames.AnswerBudget)
        {
            var rows = _store.ReadPage(queue, next, Math.Min(most - found.Count, 256), Frames.AnswerBudget - size);
            if (rows.Count == 0)
                break;
            next = rows[^1].SequenceNumber + 1;
            size += rows.Sum(row => row.Content.Length);
            lock (_gate)
            {
                foreach (var (number, content) in rows)
                {
                    if (queue.Find(number) is { Place: not Place.Leaving } message)
                        found.Add((message.Describe() with { LockToken = default, LockedUntil = default }, content));
                }
            }
        }

        lock (_gate)
            AnswerPeeked(connection, correlation, found);
    }

    /// <summary>The connection is gone: its receives end, and what it held is ready again at once, its delivery counted.</summary>
    public void Disconnected(BrokerConnection connection)
    {
        lock (_gate)
        {
            _toFlush.Remove(connection);
            if (_stopped)
                return;
            var now = Now;
            foreach (var queue in _entities.Values.OfType<MessageQueue>())
            {
                for (var node = queue.Receivers.First; node is not null;)
                {
                    var following = node.Next;
                    if (node.Value.Connection == connection)
                        queue.Receivers.Remove(node);
                    node = following;
                }

                foreach (var held in queue.Locked.Where(message => message.LockOwner == connection).ToList())
                    EndLock(queue, held, now);
                HandOut(queue);
            }
        }

        FlushTouched();
    }

    /// <summary>Under the lock. Gives ready messages to waiting receives, first come first served.</summary>
    private void HandOut(MessageQueue queue)
    {
        while (queue.Receivers.First is { } waiting && !_stopped)
        {
            var messages = TakeReady(queue, waiting.Value.Most);
            if (messages.Count == 0)
                return;
            queue.Receivers.Remove(waiting);
            Give(queue, waiting.Value, messages);
        }
    }

    private List<StoredMessage> TakeReady(MessageQueue queue, int most)
    {
        var messages = new List<StoredMessage>();
        var size = 0;
        var now = Now;
        while (messages.Count < most && queue.FirstReady() is { } message)
        {
            if (message.Expires <= now)
            {
                Expire(queue, message);
                continue;
            }

            size += message.Size;
            if (messages.Count > 0 && size > Frames.AnswerBudget)
                break;
            if (message.Content is null)
                ReadBack(queue, message);
            queue.Leave(message);
            messages.Add(message);
        }

        return messages;
    }

    private void Give(MessageQueue queue, PendingReceive to, List<StoredMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Content is null)
                ReadBack(queue, message);
        }

        if (to.Mode == ServiceBusReceiveMode.ReceiveAndDelete)
        {
            GiveAndDelete(queue, to, messages);
            return;
        }

        var until = Now + queue.Properties.LockDuration.Ticks;
        foreach (var message in messages)
        {
            queue.Lock(message, to.Connection, NewToken(), until);
            _journal.CountChanged(queue, message);
        }

        WakeAt(until);
        AnswerMessages(to.Connection, to.Correlation, messages);
    }

    /// <summary>Deleted first, handed out after the commit: at most once.</summary>
    private void GiveAndDelete(MessageQueue queue, PendingReceive to, List<StoredMessage> messages)
    {
        foreach (var message in messages)
        {
            queue.Leave(message);
            message.DeliveryCount++;
            _journal.Add(new DeleteMessage(queue.RowOf(message.SequenceNumber)));
        }

        _journal.Then(
            () =>
            {
                AnswerMessages(to.Connection, to.Correlation, messages);
                foreach (var message in messages)
                    RemoveMessage(queue, message);
            },
            e =>
            {
                foreach (var message in messages)
                {
                    message.DeliveryCount--;
                    queue.Return(message);
                }

                RefuseLost(to.Connection, to.Correlation, e, queue.Path);
            });
    }

    /// <summary>Reads bodies back from the file: this one and those that stand right behind it.</summary>
    private void ReadBack(MessageQueue queue, StoredMessage first)
    {
        foreach (var (number, content) in _store.ReadPage(queue, first.SequenceNumber, 128, Frames.AnswerBudget))
        {
            if (queue.Find(number) is not { Content: null, Place: not Place.Scheduled } message)
                continue;
            message.Content = content;
            message.Size = content.Length;
            _residentBodies += content.Length;
        }
    }

    private void AnswerMessages(BrokerConnection connection, int correlation, List<StoredMessage> messages)
    {
        connection.Outbox.Append(FrameKind.Messages, correlation, messages, static (writer, list) =>
        {
            writer.Int32(list.Count);
            foreach (var message in list)
            {
                message.Describe().Write(writer);
                writer.Bytes(message.Content);
            }
        });
        Touch(connection);
    }

    private void AnswerPeeked(BrokerConnection connection, int correlation, List<(Delivery Delivery, byte[] Content)> messages)
    {
        connection.Outbox.Append(FrameKind.Messages, correlation, messages, static (writer, list) =>
        {
            writer.Int32(list.Count);
            foreach (var (delivery, content) in list)
            {
                delivery.Write(writer);
                writer.Bytes(content);
            }
        });
        Touch(connection);
    }
}
