using System.Globalization;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Client;

/// <summary>The entity side of the client.</summary>
internal sealed class HubEntityClient(HubState hub) : DurableEntityClient(hub.Options.HubName)
{
    public override Task SignalEntityAsync(
        EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        cancellation.ThrowIfCancellationRequested();
        var commit = hub.NewCommit();
        commit.Send(id.ToString(), new EntityRequest.Operation(operationName, hub.Converter.Serialize(input), null), options?.SignalTime?.UtcTicks ?? 0);
        return hub.CommitAsync(commit);
    }

    public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) =>
        Task.FromResult(Find(id, cancellation) is { } row ? Untyped(row, includeState) : null);

    public override Task<EntityMetadata<T>?> GetEntityAsync<T>(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) =>
        Task.FromResult(Find(id, cancellation) is { } row ? Typed<T>(row, includeState) : null);

    public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => All(filter, Untyped);

    public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => All(filter, Typed<T>);

    public override async Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var wanted = request ?? CleanEntityStorageRequest.Default;
        var released = 0;
        if (wanted.ReleaseOrphanedLocks)
        {
            foreach (var row in hub.Store.Read(connection => Rows(connection, "SELECT id, state, modified, locked_by FROM entities WHERE locked_by IS NOT NULL")))
            {
                if (hub.IsUnfinished(row.LockedBy!))
                    continue;
                var commit = hub.NewCommit();
                commit.Send(row.Id, new EntityRequest.Unlock(row.LockedBy!));
                await hub.CommitAsync(commit);
                released++;
            }
        }

        var removed = 0;
        if (wanted.RemoveEmptyEntities)
        {
            foreach (var row in hub.Store.Read(connection => Rows(connection, "SELECT id, state, modified, locked_by FROM entities WHERE state IS NULL AND locked_by IS NULL")))
            {
                if (await hub.RemoveEmptyAsync(row.Id))
                    removed++;
            }
        }

        return new CleanEntityStorageResult { EmptyEntitiesRemoved = removed, OrphanedLocksReleased = released };
    }

    private static List<EntityRow> Rows(Sqlite.SqliteConnection connection, string sql)
    {
        using var rows = connection.Prepare(sql);
        var found = new List<EntityRow>();
        while (rows.Step())
            found.Add(EntityRows.RowOf(rows));
        return found;
    }

    private EntityRow? Find(EntityInstanceId id, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return hub.Store.Read(connection => EntityRows.Read(connection, id.ToString())) is { State: not null } row ? row : null;
    }

    private EntityMetadata Untyped(EntityRow row, bool includeState) =>
        new(EntityInstanceId.FromString(row.Id), includeState && row.State is not null ? new SerializedData(row.State, hub.Converter) : null)
        {
            LastModifiedTime = new DateTimeOffset(row.Modified, TimeSpan.Zero),
            LockedBy = row.LockedBy,
            BacklogQueueSize = hub.Backlog(row.Id),
        };

    private EntityMetadata<T> Typed<T>(EntityRow row, bool includeState)
    {
        var id = EntityInstanceId.FromString(row.Id);
        var (modified, backlog) = (new DateTimeOffset(row.Modified, TimeSpan.Zero), hub.Backlog(row.Id));
        return includeState && row.State is not null
            ? new EntityMetadata<T>(id, hub.Converter.Deserialize<T>(row.State)) { LastModifiedTime = modified, LockedBy = row.LockedBy, BacklogQueueSize = backlog }
            : new EntityMetadata<T>(id) { LastModifiedTime = modified, LockedBy = row.LockedBy, BacklogQueueSize = backlog };
    }

    private AsyncPageable<TMetadata> All<TMetadata>(EntityQuery? filter, Func<EntityRow, bool, TMetadata> shape)
        where TMetadata : notnull
    {
        var query = filter ?? new EntityQuery();
        return Pageable.Create<TMetadata>((token, hint, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var size = hint ?? query.PageSize ?? EntityQuery.DefaultPageSize;
            var rows = Page(query, token ?? query.ContinuationToken, size);
            var next = rows.Count > size ? rows[size - 1].Id : null;
            return Task.FromResult(new Page<TMetadata>([.. rows.Take(size).Select(row => shape(row, query.IncludeState))], next));
        });
    }

    private List<EntityRow> Page(EntityQuery query, string? token, int size)
    {
        var where = new Filter();
        if (!query.IncludeTransient)
            where.Add("state IS NOT NULL");
        if (!string.IsNullOrEmpty(query.InstanceIdStartsWith))
            where.Prefix("id", query.InstanceIdStartsWith);
        if (query.LastModifiedFrom is { } from)
            where.Add("modified>=?", from.UtcTicks);
        if (query.LastModifiedTo is { } to)
            where.Add("modified<=?", to.UtcTicks);
        if (token is not null)
            where.Add("id>?", token);
        return hub.Store.Read(connection =>
        {
            using var rows = where.Prepare(connection, "SELECT id, state, modified, locked_by FROM entities", $"ORDER BY id LIMIT {(size + 1).ToString(CultureInfo.InvariantCulture)}");
            var found = new List<EntityRow>();
            while (rows.Step())
                found.Add(EntityRows.RowOf(rows));
            return found;
        });
    }
}
