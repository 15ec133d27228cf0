using System.Collections.Concurrent;
using System.Threading.Channels;
using Formae.Embedded.DurableTask.Entities;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Orchestrations;
using Formae.Embedded.DurableTask.Storage;
using Formae.Embedded.DurableTask.Timers;
using Formae.Embedded.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask;

/// <summary>What is ready or waiting in a hub, in memory, and the way messages go. The store is the truth; this is what has been committed and not yet done.</summary>
internal sealed class HubState
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entity> _entities = new(StringComparer.Ordinal);
    private readonly ILogger _log;
    private readonly long _opening;
    private long _lastId;

    public HubState(TaskHubOptions options, TaskHubRegistry registry, SqliteStore store, long opening, ILoggerFactory loggers, TimeProvider time)
    {
        Options = options;
        Registry = registry;
        Store = store;
        Loggers = loggers;
        Time = time;
        Converter = new JsonDataConverter(options.Json);
        Agenda = new Agenda(time, Deliver);
        Alive = new IdleCache(options.InstanceCacheSize, LetGo);
        IdleEntities = new IdleCache(options.EntityCacheSize, LetGo);
        _log = loggers.CreateLogger<TaskHub>();
        _opening = opening;
    }

    public TaskHubOptions Options { get; }

    public TaskHubRegistry Registry { get; }

    public SqliteStore Store { get; }

    public ILoggerFactory Loggers { get; }

    public TimeProvider Time { get; }

    public DataConverter Converter { get; }

    public Agenda Agenda { get; }

    public InstanceSignals Signals { get; } = new();

    public IdleCache Alive { get; }

    public IdleCache IdleEntities { get; }

    public Channel<Instance> ReadyInstances { get; } = Channel.CreateUnbounded<Instance>();

    public Channel<Entity> ReadyEntities { get; } = Channel.CreateUnbounded<Entity>();

    public Channel<Message> ReadyActivities { get; } = Channel.CreateUnbounded<Message>();

    /// <summary>Cancelled when the hub must end now, without finishing what runs.</summary>
    public CancellationTokenSource Aborting { get; } = new();

    public long Now => Time.GetUtcNow().UtcTicks;

    /// <summary>An id never used before in this hub.</summary>
    public long NextId() => (_opening << 36) + Interlocked.Increment(ref _lastId);

    /// <summary>How many messages and runs there were since it was opened: each has an id of its own.</summary>
    public long IdsGiven => Interlocked.Read(ref _lastId);

    public HubCommit NewCommit() => new(NextId);

    public bool IsUnfinished(string instanceId) => _instances.ContainsKey(instanceId);

    public int Backlog(string entityId) => _entities.TryGetValue(entityId, out var entity) ? entity.Count : 0;

    /// <summary>Writes a step and then shows what it sent.</summary>
    public async Task CommitAsync(HubCommit commit)
    {
        await Store.WriteAsync(commit.Apply);
        Show(commit);
    }

    public void Show(HubCommit commit)
    {
        foreach (var started in commit.Started)
        {
            if (started.Refused)
                Log.InstanceExists(_log, started.Id, started.Name);
            else
                Add(started);
        }

        foreach (var message in commit.Sent)
            Route(message);
    }

    public void Add(Instance instance) => _instances[instance.Id] = instance;

    /// <summary>Lets the orchestrator begin, now or when it is meant to.</summary>
    public void Begin(Instance instance, long startAt) => Route(new Message(0, instance.Id, new InstanceEvent.Started(instance.Run), startAt));

    public NewInstance NewInstance(string id, string name, string? input, StartOrchestrationOptions? options) => new()
    {
        Id = id,
        Run = NextId(),
        Name = name,
        Version = options?.Version?.Version ?? "",
        Input = input,
        StartAt = options?.StartAt?.UtcTicks ?? 0,
        CreatedAt = Now,
        Tags = options is { Tags.Count: > 0 } ? Converter.Serialize(options.Tags) : null,
        KeptStatuses = [.. (options?.DedupeStatuses ?? []).Select(status => (int)Enum.Parse<OrchestrationRuntimeStatus>(status, ignoreCase: true))],
    };

    public Instance? Find(string instanceId) => _instances.GetValueOrDefault(instanceId);

    public void Route(Message message)
    {
        if (message.Due > 0 && message.Due > Now)
            Agenda.Add(message);
        else
            Deliver(message);
    }

    public void Ready(Instance instance) => ReadyInstances.Writer.TryWrite(instance);

    public void Ready(Entity entity) => ReadyEntities.Writer.TryWrite(entity);

    /// <summary>An instance has ended: it takes no more messages.</summary>
    public void Remove(Instance instance)
    {
        _instances.TryRemove(KeyValuePair.Create(instance.Id, instance));
        Alive.Forget(instance);
        instance.Live = null;
        foreach (var late in instance.Close())
            Discard(late);
    }

    /// <summary>Removes the row of an entity that has no state, unless something just came for it.</summary>
    public async Task<bool> RemoveEmptyAsync(string entityId)
    {
        if (_entities.TryGetValue(entityId, out var entity))
        {
            if (!entity.WhenIdle(() => { }, close: true))
                return false;
            IdleEntities.Forget(entity);
            _entities.TryRemove(KeyValuePair.Create(entityId, entity));
        }

        return await Store.WriteAsync(connection => EntityRows.DeleteIfEmpty(connection, entityId));
    }

    private void Add(NewInstance started)
    {
        var instance = new Instance(started.Id, started.Name, started.Parent)
        {
            Version = started.Version,
            Run = started.Run,
            Status = OrchestrationRuntimeStatus.Pending,
        };
        Add(instance);
        Signals.Changed(instance.Id);
        Begin(instance, started.StartAt);
    }

    private void Deliver(Message message)
    {
        if (message.Withdrawn)
            return;
        switch (message.Body)
        {
            case ActivityRequest:
                ReadyActivities.Writer.TryWrite(message);
                break;
            case EntityRequest:
                Deliver(message, message.Target);
                break;
            default:
                if (!_instances.TryGetValue(message.Target, out var instance) || !instance.Post(message, out var ready))
                    Discard(message);
                else if (ready)
                    Ready(instance);
                break;
        }
    }

    private void Deliver(Message message, string entityId)
    {
        while (true)
        {
            var entity = _entities.GetOrAdd(entityId, static id => new Entity(id));
            if (entity.Post(message, out var ready))
            {
                if (ready)
                    Ready(entity);
                return;
            }

            // It was let go between the look and the post: the next look makes a new one.
            _entities.TryRemove(KeyValuePair.Create(entityId, entity));
        }
    }

    /// <summary>Nobody is there for it: an event for an instance that ended, an answer nobody awaits.</summary>
    public void Discard(Message message)
    {
        Log.Discarded(_log, message.Body.GetType().Name, message.Target);
        if (message.Id == 0)
            return;
        _ = RemoveAsync(message.Id);
    }

    private async Task RemoveAsync(long messageId)
    {
        try
        {
            await Store.WriteAsync(connection => connection.Statement("DELETE FROM messages WHERE id=?").Bind(1, messageId).Run());
        }
        catch (Exception e)
        {
            Log.NotDiscarded(_log, e);
        }
    }

    private void LetGo(Inbox inbox)
    {
        switch (inbox)
        {
            case Instance instance:
                instance.WhenIdle(() => instance.Live = null, close: false);
                break;
            case Entity entity when entity.WhenIdle(() => { }, close: true):
                _entities.TryRemove(KeyValuePair.Create(entity.Id, entity));
                break;
        }
    }
}
