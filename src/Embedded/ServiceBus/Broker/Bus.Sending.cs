using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>Taking messages in: sends, schedules, duplicates, topics.</summary>
internal sealed partial class Bus
{
    /// <param name="due">When the whole batch is scheduled: for when; its sequence numbers are answered then.</param>
    public void Send(BrokerConnection connection, int correlation, string path, byte[][] contents, DateTimeOffset? due)
    {
        var heads = new MessageHead[contents.Length];
        var size = 0L;
        for (var i = 0; i < contents.Length; i++)
        {
            heads[i] = WireMessage.ReadHead(contents[i]);
            size += contents[i].Length;
        }

        lock (_gate)
        {
            if (!_entities.TryGetValue(path, out var entity))
            {
                Refuse(connection, correlation, ServiceBusFailureReason.MessagingEntityNotFound, $"The bus has no queue or topic '{path}'.", path);
                return;
            }

            if (!entity.TakesMessages)
            {
                Refuse(connection, correlation, ServiceBusFailureReason.GeneralError, $"Nothing can be sent to '{path}': send to its queue or topic.", path);
                return;
            }

            if (size > WireMessage.LargestSize)
            {
                Refuse(connection, correlation, ServiceBusFailureReason.MessageSizeExceeded, $"The batch takes {size} bytes; {WireMessage.LargestSize} are allowed.", path);
                return;
            }

            if (_stopped)
                return;
            Accept(connection, correlation, entity, contents, heads, due);
        }
    }

    public void CancelScheduled(BrokerConnection connection, int correlation, string path, long[] numbers)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            if (!_entities.TryGetValue(path, out var entity))
            {
                Refuse(connection, correlation, ServiceBusFailureReason.MessagingEntityNotFound, $"The bus has no queue or topic '{path}'.", path);
                return;
            }

            var messages = new List<StoredMessage>();
            foreach (var number in numbers.Distinct())
            {
                if (FindScheduled(entity, number) is not { } message)
                {
                    Refuse(connection, correlation, ServiceBusFailureReason.MessageNotFound, $"No message {number} is scheduled: it never was, it was cancelled, or it is active already.", path);
                    return;
                }

                messages.Add(message);
            }

            foreach (var message in messages)
            {
                TakeFromSchedule(entity, message);
                _journal.Add(new DeleteMessage(entity.RowOf(message.SequenceNumber)));
            }

            _journal.Then(
                () =>
                {
                    foreach (var message in messages)
                        Forget(entity, message);
                    AnswerDone(connection, correlation);
                },
                e =>
                {
                    foreach (var message in messages)
                        BackToSchedule(entity, message);
                    RefuseLost(connection, correlation, e, path);
                });
        }
    }

    private void Accept(BrokerConnection connection, int correlation, Entity entity, byte[][] contents, MessageHead[] heads, DateTimeOffset? due)
    {
        var now = Now;
        var arrivals = new List<(Entity Entity, StoredMessage Message)>(contents.Length);
        var remembered = new List<string>();
        var numbers = due is null ? null : new long[contents.Length];
        if (entity.Properties.RequiresDuplicateDetection && entity.History.Prune(now))
            _journal.Add(new ForgetIds(entity.Id, now));

        for (var i = 0; i < contents.Length; i++)
        {
            var duplicate = false;
            if (entity.Properties.RequiresDuplicateDetection)
            {
                var until = now + entity.Properties.DuplicateDetectionHistoryTimeWindow.Ticks;
                duplicate = !entity.History.TryRemember(heads[i].MessageId, until);
                if (!duplicate)
                {
                    remembered.Add(heads[i].MessageId);
                    _journal.Add(new RememberId(entity.Id, heads[i].MessageId, until));
                }
            }

            var start = due?.UtcTicks ?? heads[i].ScheduledEnqueueTime.UtcTicks;
            if (duplicate)
            {
                if (numbers is not null)
                    numbers[i] = NextNumber(entity);
            }
            else if (start > now || numbers is not null)
            {
                var message = NewMessage(entity, contents[i], now);
                message.Place = Place.Scheduled;
                message.Due = start;
                _journal.Add(new InsertMessage(entity.RowOf(message.SequenceNumber), message, contents[i], RowState.Scheduled));
                arrivals.Add((entity, message));
                if (numbers is not null)
                    numbers[i] = message.SequenceNumber;
            }
            else
            {
                Enqueue(entity, contents[i], heads[i].TimeToLive, now, originalNumber: null, arrivals);
            }
        }

        _journal.Then(
            () =>
            {
                Arrive(arrivals);
                if (numbers is null)
                    AnswerDone(connection, correlation);
                else
                    AnswerNumbers(connection, correlation, numbers);
            },
            e =>
            {
                foreach (var id in remembered)
                    entity.History.Forget(id);
                RefuseLost(connection, correlation, e, entity.Path);
            });
    }

    /// <summary>Into the queue, or into each subscription of the topic that wants it.</summary>
    private void Enqueue(Entity entity, byte[] content, TimeSpan timeToLive, long now, long? originalNumber, List<(Entity Entity, StoredMessage Message)> arrivals)
    {
        if (entity is MessageQueue queue)
        {
            var message = NewMessage(queue, content, now);
            message.EnqueuedSequenceNumber = originalNumber ?? message.SequenceNumber;
            message.Expires = ExpiryOf(queue, timeToLive, now);
            _journal.Add(new InsertMessage(queue.RowOf(message.SequenceNumber), message, content, RowState.Active));
            arrivals.Add((queue, message));
            return;
        }

        var topic = (Topic)entity;
        var number = originalNumber ?? NextNumber(topic);
        var limited = topic.Properties.DefaultMessageTimeToLive < timeToLive ? topic.Properties.DefaultMessageTimeToLive : timeToLive;
        MessageTraits? traits = null;
        foreach (var subscription in topic.Subscriptions.Values)
        {
            if (subscription.Rules.Count == 0 || subscription.Wants(traits ??= WireMessage.ReadTraits(content)))
                Enqueue(subscription.Queue, content, limited, now, number, arrivals);
        }
    }

    /// <summary>After the commit: the messages are there, and whoever waits gets them.</summary>
    private void Arrive(List<(Entity Entity, StoredMessage Message)> arrivals)
    {
        foreach (var (entity, message) in arrivals)
        {
            if (message.Place == Place.Scheduled)
            {
                message.Content = null;
                if (entity is MessageQueue holder)
                    holder.Add(message);
                else
                    entity.Scheduled.Add(message);
                WakeAt(message.Due);
                continue;
            }

            var queue = (MessageQueue)entity;
            KeepBody(message);
            queue.Add(message);
            WakeAt(message.Expires);
        }

        MessageQueue? last = null;
        foreach (var (entity, _) in arrivals)
        {
            if (entity is MessageQueue queue && queue != last)
                HandOut(last = queue);
        }
    }

    /// <summary>A scheduled message's time has come: it is appended as if it were sent now, under a new number.</summary>
    private void Activate(Entity entity, StoredMessage scheduled, long now)
    {
        TakeFromSchedule(entity, scheduled);
        var content = _store.ReadContent(entity.RowOf(scheduled.SequenceNumber));
        var arrivals = new List<(Entity Entity, StoredMessage Message)>();
        _journal.Add(new DeleteMessage(entity.RowOf(scheduled.SequenceNumber)));
        Enqueue(entity, content, WireMessage.ReadHead(content).TimeToLive, now, scheduled.SequenceNumber, arrivals);
        _journal.Then(
            () =>
            {
                Forget(entity, scheduled);
                Arrive(arrivals);
            },
            _ =>
            {
                scheduled.Due = Now + AfterLostCommit.Ticks;
                BackToSchedule(entity, scheduled);
            });
    }

    private StoredMessage NewMessage(Entity entity, byte[] content, long now)
    {
        var number = NextNumber(entity);
        return new StoredMessage { SequenceNumber = number, EnqueuedSequenceNumber = number, Content = content, Size = content.Length, Enqueued = now };
    }

    private long NextNumber(Entity entity)
    {
        _journal.Advance(entity);
        return entity.NextSequenceNumber++;
    }

    private static long ExpiryOf(MessageQueue queue, TimeSpan timeToLive, long now)
    {
        var ticks = Math.Min(timeToLive.Ticks, queue.Properties.DefaultMessageTimeToLive.Ticks);
        return ticks >= DateTimeOffset.MaxValue.Ticks - now ? long.MaxValue : now + ticks;
    }

    private static StoredMessage? FindScheduled(Entity entity, long number)
    {
        var message = entity is MessageQueue queue ? queue.Find(number) : entity.Scheduled.FirstOrDefault(candidate => candidate.SequenceNumber == number);
        return message is { Place: Place.Scheduled } ? message : null;
    }

    private static void TakeFromSchedule(Entity entity, StoredMessage message)
    {
        entity.Scheduled.Remove(message);
        message.Place = Place.Leaving;
    }

    private void BackToSchedule(Entity entity, StoredMessage message)
    {
        message.Place = Place.Scheduled;
        entity.Scheduled.Add(message);
        WakeAt(message.Due);
    }

    private void Forget(Entity entity, StoredMessage message)
    {
        if (entity is MessageQueue queue)
            RemoveMessage(queue, message);
        else
            message.Place = Place.Gone;
    }

    private void RemoveMessage(MessageQueue queue, StoredMessage message)
    {
        queue.Remove(message);
        DropBody(message);
    }

    private void KeepBody(StoredMessage message)
    {
        if (_residentBodies + message.Size > _bodyMemory)
            message.Content = null;
        else
            _residentBodies += message.Size;
    }

    private void DropBody(StoredMessage message)
    {
        if (message.Content is null)
            return;
        _residentBodies -= message.Size;
        message.Content = null;
    }
}
