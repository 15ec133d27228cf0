using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Entities;

/// <summary>Serves entities: all operations that wait for one run as one batch, and what they did is committed as one step.</summary>
internal sealed class EntityWorker(HubState hub)
{
    private readonly ILogger _log = hub.Loggers.CreateLogger<EntityWorker>();

    public async Task StepAsync(Entity entity)
    {
        var waiting = entity.Take();
        if (!entity.IsKnown)
        {
            entity.Row = hub.Store.Read(connection => EntityRows.Read(connection, entity.Id));
            entity.IsKnown = true;
        }

        var row = entity.Row;
        var commit = hub.NewCommit();
        var turn = EntityTurn.Of(waiting, row?.LockedBy);
        try
        {
            foreach (var message in turn.Consumed)
                commit.Consume(message.Id);
            foreach (var granted in turn.Granted)
                PassOn(commit, granted);
            var state = row?.State;
            if (turn.Operations.Count > 0)
            {
                var batch = await RunAsync(entity.Id, state, turn.Operations);
                state = batch.State.Serialized;
                Collect(commit, entity.Id, batch, turn.Operations);
            }

            if (row is null ? state is not null || turn.LockedBy is not null || turn.Operations.Count > 0 : state != row.State || turn.LockedBy != row.LockedBy)
            {
                row = new EntityRow(entity.Id, state, hub.Now, turn.LockedBy);
                var changed = row;
                commit.Change(connection => EntityRows.Write(connection, changed));
            }

            await hub.Store.WriteAsync(commit.Apply);
        }
        catch (OperationCanceledException) when (hub.Aborting.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            Log.CommitFailed(_log, entity.Id, e);
            var wait = TimeSpan.FromMilliseconds(Math.Min(30_000, 100 << Math.Min(8, entity.FailedCommits++)));
            await Task.Delay(wait, hub.Time, hub.Aborting.Token);
            if (entity.Release(waiting, again: true))
                hub.Ready(entity);
            return;
        }

        entity.FailedCommits = 0;
        entity.Row = row;
        hub.Show(commit);
        hub.IdleEntities.Touch(entity);
        if (entity.Release(turn.Left, again: turn.IsFull && turn.Left.Count > 0))
            hub.Ready(entity);
    }

    private async Task<EntityBatch> RunAsync(string entityId, string? state, IReadOnlyList<Message> messages)
    {
        var id = EntityInstanceId.FromString(entityId);
        var stopping = hub.Aborting.Token;
        var batch = new EntityBatch(id, state, [.. messages.Select(message => (EntityRequest.Operation)message.Body)], hub.Converter, stopping);
        Exception? failure = null;
        try
        {
            var body = hub.Registry.Entity(id.Name)
                ?? throw new InvalidOperationException($"The function '{id.Name}' doesn't exist, is disabled, or is not an entity function.");
            await body(new TaskEntityDispatcher(id, batch.RunAsync), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            Log.EntityFailed(_log, entityId, e);
            failure = e;
        }

        while (batch.Results.Count < messages.Count)
            batch.Results.Add(new EntityResult(null, failure ?? new InvalidOperationException($"The code of entity '{id}' did not dispatch its operations.")));
        return batch;
    }

    private void Collect(HubCommit commit, string entityId, EntityBatch batch, IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var (operation, result) = ((EntityRequest.Operation)messages[i].Body, batch.Results[i]);
            commit.Consume(messages[i].Id);
            if (result.Failure is not null)
                Log.OperationFailed(_log, operation.Name, entityId, result.Failure);
            if (operation.Caller is not { } caller)
                continue;
            commit.Send(caller.InstanceId, result.Failure is null
                ? new InstanceEvent.Succeeded(caller.Run, caller.TaskId, result.Answer)
                : new InstanceEvent.Failed(caller.Run, caller.TaskId, TaskFailureDetails.FromException(result.Failure)));
        }

        foreach (var effect in batch.Effects)
        {
            if (effect is EntityEffect.Signal signal)
                commit.Send(signal.Entity, new EntityRequest.Operation(signal.Operation, signal.Input, null), signal.Due);
            else if (effect is EntityEffect.Start start)
                commit.Start(hub.NewInstance(start.InstanceId, start.Name, start.Input, start.Options));
        }
    }

    private static void PassOn(HubCommit commit, EntityRequest.Lock granted)
    {
        var next = granted.Position + 1;
        if (next < granted.Entities.Count)
            commit.Send(granted.Entities[next], granted with { Position = next });
        else
            commit.Send(granted.Caller.InstanceId, new InstanceEvent.Succeeded(granted.Caller.Run, granted.Caller.TaskId, null));
    }
}
