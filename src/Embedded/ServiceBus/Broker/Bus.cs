using Azure.Messaging.ServiceBus;
using Formae.Embedded.Sqlite;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// The entities and what can be done with them. One lock guards it all: an operation takes microseconds, and nothing waits under the lock
/// (reading back bodies that did not fit into memory is the one exception).
/// </summary>
internal sealed partial class Bus
{
    private static readonly TimeSpan AfterLostCommit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entity> _entities = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<BrokerConnection> _toFlush = [];
    private readonly BusStore _store;
    private readonly Journal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly long _bodyMemory;
    private long _residentBodies;
    private long _armedFor = long.MaxValue;
    private long _lastToken;
    private readonly long _tokenSalt = Random.Shared.NextInt64();
    private bool _stopped;

    public Bus(BusStore store, SqliteStore file, long bodyMemory, TimeProvider time, ILogger logger)
    {
        (_store, _bodyMemory, _time, _logger) = (store, bodyMemory, time, logger);
        _journal = new Journal(file, _gate, FlushTouched, e => LogCommitFailed(e), e => LogOutcomeFailed(e));
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <summary>Adds entities and changes the properties of those that exist; what is not named stays as it is.</summary>
    public async Task ApplyAsync(BrokerTopology topology)
    {
        foreach (var definition in topology.Queues)
            await AddQueueAsync(definition.Name, definition.Properties, takesMessages: true);
        foreach (var definition in topology.Topics)
        {
            var topic = await AddAsync(definition.Name, definition.Properties, (id, path) => new Topic(id, path, definition.Properties));
            if (topic is not Topic)
                throw new InvalidOperationException($"'{definition.Name}' is a queue already; it cannot become a topic.");
            foreach (var subscription in definition.Subscriptions)
            {
                var queue = await AddQueueAsync(EntityPaths.Subscription(definition.Name, subscription.Name), subscription.Properties, takesMessages: false);
                lock (_gate)
                    ((Topic)topic).Subscriptions[subscription.Name] = new Subscription(queue, subscription.Rules);
            }
        }

        Tick();
    }

    public IReadOnlyDictionary<string, EntityCounts> Counts()
    {
        lock (_gate)
        {
            var counts = new Dictionary<string, EntityCounts>(StringComparer.OrdinalIgnoreCase);
            foreach (var entity in _entities.Values)
            {
                if (entity is MessageQueue { DeadLetters: { } deadLetters } queue)
                    counts[entity.Path] = new EntityCounts(queue.Count - queue.Scheduled.Count - queue.DeferredCount, queue.Scheduled.Count, queue.DeferredCount, deadLetters.Count);
                else if (entity is Topic)
                    counts[entity.Path] = new EntityCounts(0, entity.Scheduled.Count, 0, 0);
            }

            return counts;
        }
    }

    /// <summary>Nothing is answered or handed out any more; what was accepted is committed.</summary>
    public async Task StopAsync()
    {
        lock (_gate)
            _stopped = true;
        await _timer.DisposeAsync();
        await _journal.DrainAsync();
    }

    private async Task<MessageQueue> AddQueueAsync(string path, QueueProperties properties, bool takesMessages)
    {
        var deadLetterPath = path + EntityPaths.DeadLetterSuffix;
        var deadLetters = (MessageQueue)await AddAsync(deadLetterPath, properties, (id, name) => new MessageQueue(id, name, properties, null, takesMessages: false));
        return await AddAsync(path, properties, (id, name) => new MessageQueue(id, name, properties, deadLetters, takesMessages)) as MessageQueue
            ?? throw new InvalidOperationException($"'{path}' is a topic already; it cannot become a queue.");
    }

    private async Task<Entity> AddAsync(string path, QueueProperties properties, Func<long, string, Entity> create)
    {
        lock (_gate)
        {
            if (_entities.TryGetValue(path, out var known))
            {
                known.Properties = properties;
                return known;
            }
        }

        var (id, next) = await _store.RegisterAsync(path);
        var entity = create(id, path);
        entity.NextSequenceNumber = next;
        _store.Load(entity, _time.GetUtcNow().UtcTicks);
        lock (_gate)
        {
            _entities.Add(path, entity);
            if (entity is MessageQueue { DeadLetters: not null } queue)
                DeadLetterTheOvertried(queue);
        }

        return entity;
    }

    private void OnTimer()
    {
        try
        {
            Tick();
        }
        catch (SqliteException e)
        {
            // The file could not be read just now; nobody else would wind the clock up again.
            LogClockFailed(e);
            lock (_gate)
                WakeAt(Now + AfterLostCommit.Ticks);
        }
    }

    /// <summary>Does what is due: messages whose time has come, locks that have ended, messages that have expired.</summary>
    private void Tick()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            var now = Now;
            _armedFor = long.MaxValue;
            foreach (var entity in _entities.Values)
            {
                while (entity.Scheduled.Min is { } scheduled && scheduled.Due <= now)
                    Activate(entity, scheduled, now);
                if (entity is not MessageQueue queue)
                    continue;
                while (queue.FirstEndedLock(now) is { } ended)
                    EndLock(queue, ended, now);
                while (queue.FirstExpired(now) is { } expired)
                    Expire(queue, expired);
                HandOut(queue);
            }

            foreach (var entity in _entities.Values)
                WakeAt(entity.NextDue());
        }

        FlushTouched();
    }

    /// <summary>Under the lock.</summary>
    private void WakeAt(long due)
    {
        if (due >= _armedFor || _stopped)
            return;
        _armedFor = due;
        var wait = new TimeSpan(Math.Max(0, due - Now));
        // Timers end at about 49 days; a later moment is reached in stages.
        var longest = TimeSpan.FromDays(40);
        _timer.Change(wait < longest ? wait : longest, Timeout.InfiniteTimeSpan);
    }

    private Guid NewToken()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, ++_lastToken);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], _tokenSalt);
        return new Guid(bytes);
    }

    /// <summary>Under the lock. The connection has something to send; it goes out when the lock is free.</summary>
    private void Touch(BrokerConnection connection) => _toFlush.Add(connection);

    /// <summary>Sends what the operations since the last flush have answered, to whomever.</summary>
    public void Flush() => FlushTouched();

    private void FlushTouched()
    {
        BrokerConnection[] touched;
        lock (_gate)
        {
            if (_toFlush.Count == 0)
                return;
            touched = [.. _toFlush];
            _toFlush.Clear();
        }

        foreach (var connection in touched)
            connection.Outbox.Flush();
    }

    private void AnswerDone(BrokerConnection connection, int correlation)
    {
        connection.Outbox.Append(FrameKind.Done, correlation, 0, static (_, _) => { });
        Touch(connection);
    }

    private void AnswerNumbers(BrokerConnection connection, int correlation, IReadOnlyList<long> numbers)
    {
        connection.Outbox.Append(FrameKind.Numbers, correlation, numbers, static (writer, list) =>
        {
            writer.Int32(list.Count);
            foreach (var number in list)
                writer.Int64(number);
        });
        Touch(connection);
    }

    private void Refuse(BrokerConnection connection, int correlation, ServiceBusFailureReason reason, string message, string? entity)
    {
        connection.Refuse(correlation, reason, message, entity);
        Touch(connection);
    }

    private void RefuseLost(BrokerConnection connection, int correlation, Exception failure, string entity) =>
        Refuse(connection, correlation, ServiceBusFailureReason.ServiceBusy, $"The broker could not write to its file: {failure.Message}", entity);

    private MessageQueue? FindQueue(BrokerConnection connection, int correlation, string path)
    {
        if (_entities.TryGetValue(path, out var entity) && entity is MessageQueue queue)
            return queue;
        Refuse(connection, correlation, ServiceBusFailureReason.MessagingEntityNotFound,
            entity is null ? $"The bus has no queue or subscription '{path}'." : $"'{path}' is a topic: messages are received from its subscriptions.", path);
        return null;
    }
}
