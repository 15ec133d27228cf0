using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Synchronization;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>
/// The inventory: a live row per resource (partition is the stack, row is type and label), every version it had, and the look-ups that spare scans.
/// Written by the resource's entity only.
/// </summary>
public sealed partial class ResourceStore(FormaeTables tables, PluginCatalog catalog, KsuidSource ksuids)
{
    private const string Lookup = "resource";
    private static readonly string[] WriterColumns = ["PartitionKey", "RowKey", "Operation", "CommandId"];
    private static readonly string[] PlaceColumns = ["PartitionKey", "RowKey", "Ksuid", "Stack", "Type"];
    private readonly ResourceRows _rows = new(tables, catalog);

    public async Task<IReadOnlyList<Resource>> ReadStackAsync(string stack, CancellationToken cancellation) =>
        await TableRows.ConvertAsync(await tables.Resources.ReadPartitionAsync(Keys.Escape(stack), cancellation), row => _rows.FromRowAsync(row, cancellation));

    public async Task<IReadOnlyList<Resource>> ReadAllAsync(CancellationToken cancellation) =>
        await TableRows.ConvertAsync(await tables.Resources.ReadAsync(null, cancellation), row => _rows.FromRowAsync(row, cancellation));

    public async Task<Resource?> FindAsync(ResourceKey key, CancellationToken cancellation) =>
        await tables.Resources.FindAsync(Keys.Escape(key.Stack), RowOf(key), cancellation) is { } row ? await _rows.FromRowAsync(row, cancellation) : null;

    /// <summary>The resources of a stack that have this label: one of each type at most.</summary>
    public async Task<IReadOnlyList<Resource>> FindByLabelAsync(string stack, string label, CancellationToken cancellation) =>
        await TableRows.ConvertAsync(
            await tables.Resources.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(stack)} and Label eq {label}"), cancellation),
            row => _rows.FromRowAsync(row, cancellation));

    /// <summary>The live resource with this identity, and the command that wrote it last.</summary>
    public async Task<(Resource Resource, string CommandId)?> FindAsync(string ksuid, CancellationToken cancellation) =>
        await FindRowAsync(ksuid, cancellation) is { } row ? (await _rows.FromRowAsync(row, cancellation), row.GetString("CommandId")) : null;

    private async Task<TableEntity?> FindRowAsync(string ksuid, CancellationToken cancellation)
    {
        if (await tables.ByKsuid.FindAsync(ksuid, Lookup, cancellation) is not { } pointer)
            return null;
        var row = await tables.Resources.FindAsync(pointer.GetString("Partition"), pointer.GetString("Row"), cancellation);
        return row?.GetString("Ksuid") == ksuid ? row : null;
    }

    /// <summary>The names of the live resource with this identity: nothing of its document is read.</summary>
    public async Task<Resource?> FindNamesAsync(string ksuid, CancellationToken cancellation) =>
        await FindRowAsync(ksuid, cancellation) is { } row ? ResourceRows.NamesOf(row) : null;

    /// <summary>The resources that refer to this one, and the labels of the targets whose config does.</summary>
    public async Task<(IReadOnlyList<Resource> Resources, IReadOnlyList<string> Targets)> ReadDependentsAsync(string ksuid, CancellationToken cancellation)
    {
        var rows = await tables.ByReference.ReadPartitionAsync(ksuid, cancellation);
        var dependents = await TableRows.ReadEachAsync(rows.Where(row => row.GetString("Target") is null), row => FindAsync(row.RowKey, cancellation));
        return ([.. dependents.OfType<(Resource Resource, string CommandId)>().Select(found => found.Resource)], [.. rows.Select(row => row.GetString("Target")).OfType<string>()]);
    }

    /// <summary>The resources on a target, of whatever stack.</summary>
    public async Task<IReadOnlyList<Resource>> ReadTargetAsync(string target, CancellationToken cancellation)
    {
        var rows = await FindRowsOnAsync(target, cancellation);
        return await TableRows.ConvertAsync(rows, row => _rows.FromRowAsync(row, cancellation));
    }

    private async Task<IReadOnlyList<TableEntity>> FindRowsOnAsync(string target, CancellationToken cancellation)
    {
        var rows = await tables.ByTarget.ReadPartitionAsync(Keys.Escape(target), cancellation);
        return [.. (await TableRows.ReadEachAsync(rows, row => FindRowAsync(row.RowKey, cancellation))).OfType<TableEntity>().Where(row => row.GetString("Target") == target)];
    }

    /// <summary>One page of the inventory by names only, in the order of the rows.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">How many.</param>
    internal async Task<IReadOnlyList<(ResourcePlace Place, string Ksuid, string Stack, string Type)>> ReadPlacesAsync(ResourcePlace? after, int limit, CancellationToken cancellation)
    {
        var filter = after is null ? null : TableClient.CreateQueryFilter($"PartitionKey gt {after.Partition} or (PartitionKey eq {after.Partition} and RowKey gt {after.Row})");
        var places = new List<(ResourcePlace, string, string, string)>(limit);
        await foreach (var row in tables.Resources.QueryAsync<TableEntity>(filter, limit, PlaceColumns, cancellation))
        {
            places.Add((new ResourcePlace(row.PartitionKey, row.RowKey), row.GetString("Ksuid"), row.GetString("Stack"), row.GetString("Type")));
            if (places.Count == limit)
                break;
        }

        return places;
    }

    public async Task<bool> HasAnyAsync(string stack, CancellationToken cancellation)
    {
        await foreach (var _ in tables.Resources.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(stack)}"), 1, ["PartitionKey"], cancellation))
            return true;
        return false;
    }

    /// <summary>
    /// Makes this the live state. Nobody looks for the resource before its operation is announced, which follows; until then a crash may leave any of the rows
    /// out, and the repetition mends it. A second time with the same command writes the same version again; where the first time left nothing but its entry in the
    /// change log, a new one, and <see cref="ChangeLog"/> passes over the entry that led to no version. Another resource that has the name makes way for it.
    /// </summary>
    /// <param name="resource">The new state, under its KSUID.</param>
    /// <param name="existing">The row it takes the place of, if there was one.</param>
    /// <param name="operation">What led to it: <c>create</c> or <c>update</c>.</param>
    /// <param name="commandId">The command that wrote it.</param>
    /// <exception cref="RequestFailedException">With 409 or 412: somebody wrote the same row at the same moment. Begin again.</exception>
    public async Task PutAsync(Resource resource, Resource? existing, string operation, string commandId, CancellationToken cancellation)
    {
        if (await TryPutAsync(resource, existing, operation, commandId, cancellation) is not { } inTheWay)
            return;

        // It was written, and has made way for another since.
        if (existing is null && await FindRowAsync(resource.Ksuid!, cancellation) is not null)
            return;

        // Two can change their names with one another, and the first one that has its new name takes it from the other.
        var other = inTheWay.GetString("Ksuid");
        var leaves = await IsOfAsync(commandId, other, cancellation);
        if (!leaves)
            await MakeWayAsync(inTheWay, resource, commandId, cancellation);
        if (await TryPutAsync(resource, existing, operation, commandId, cancellation, over: leaves ? other : null) is not null)
            throw new RequestFailedException(409, $"Another resource has taken the name {resource.Key} at this moment.");
    }

    /// <summary>The live row of another resource that has the name, and nothing is written then; null when it is done.</summary>
    /// <param name="over">The KSUID of the other whose row is replaced.</param>
    private async Task<TableEntity?> TryPutAsync(Resource resource, Resource? existing, string operation, string commandId, CancellationToken cancellation, string? over = null)
    {
        var ksuid = resource.Ksuid ?? throw new ArgumentException("A stored resource has a KSUID.", nameof(resource));
        var partition = Keys.Escape(resource.Stack);
        var key = RowOf(resource.Key);
        var leftBehind = FindLeftBehindAsync(ksuid, existing?.Version, operation, commandId, cancellation);
        var found = tables.Resources.FindAsync(partition, key, cancellation);
        await Task.WhenAll(leftBehind, found);
        var there = await found;
        var own = there?.GetString("Ksuid") == ksuid ? there : null;
        if (there is not null && own is null && there.GetString("Ksuid") != over)
            return there;
        var isRepeated = own is not null && own.GetString("CommandId") == commandId && own.GetString("Operation") == operation;

        // The rows are written side by side, so a crash may leave any of them out: the repetition writes all of them once more, as the same version.
        var version = NewerOf(await leftBehind, own) is { } begun ? begun : isRepeated ? own!.GetString("Version") : ksuids.Next();
        var row = await _rows.ToRowAsync(resource, partition, key, version, operation, commandId, cancellation);
        var references = ProducersOf(resource.Properties);
        var moved = existing is null || existing.Key != resource.Key || existing.NativeId != resource.NativeId;
        var writes = new List<Task>
        {
            tables.Versions.UpsertEntityAsync(ResourceRows.Copy(row, ksuid, version), TableUpdateMode.Replace, cancellation),
            tables.Changes.UpsertEntityAsync(ChangeOf(resource, version, operation, commandId), TableUpdateMode.Replace, cancellation),
        };
        if (existing is not null && existing.Stack != resource.Stack)
            writes.Add(tables.Changes.UpsertEntityAsync(ChangeOf(existing, version, "delete", commandId), TableUpdateMode.Replace, cancellation));
        if (existing is not null && existing.Target != resource.Target)
            writes.Add(tables.ByTarget.DeleteEntityAsync(Keys.Escape(existing.Target), ksuid, ETag.All, cancellation));
        if (moved || existing!.Target != resource.Target)
            writes.Add(tables.ByTarget.UpsertEntityAsync(new TableEntity(Keys.Escape(resource.Target), ksuid), TableUpdateMode.Replace, cancellation));
        if (moved)
        {
            writes.Add(tables.ByKsuid.UpsertEntityAsync(new TableEntity(ksuid, Lookup) { ["Partition"] = partition, ["Row"] = key }, TableUpdateMode.Replace, cancellation));
            if (resource.NativeId is { } nativeId)
                writes.Add(tables.ByNativeId.UpsertEntityAsync(new TableEntity(TypeKey(resource.Type), Keys.Escape(nativeId)) { ["Ksuid"] = ksuid }, TableUpdateMode.Replace, cancellation));
        }

        writes.AddRange(references.Select(producer => tables.ByReference.UpsertEntityAsync(new TableEntity(producer, ksuid), TableUpdateMode.Replace, cancellation)));
        var before = existing is null ? [] : ProducersOf(existing.Properties);
        writes.AddRange(before.Except(references).Select(producer => tables.ByReference.DeleteEntityAsync(producer, ksuid, ETag.All, cancellation)));

        // Only over the row that was looked at: nobody's row is lost under another's.
        writes.Add(there is null
            ? tables.Resources.AddEntityAsync(row, cancellation)
            : tables.Resources.UpdateEntityAsync(row, there.ETag, TableUpdateMode.Replace, cancellation));
        await Task.WhenAll(writes);
        await RemoveRowBeforeAsync(resource, existing, cancellation);
        return null;
    }

    /// <summary>
    /// Writes anew what nobody can set of a resource: the same version, said better. Nothing happens where another version was written meanwhile.
    /// </summary>
    public async Task RefreshAsync(Resource resource, CancellationToken cancellation)
    {
        var partition = Keys.Escape(resource.Stack);
        var key = RowOf(resource.Key);
        if (await tables.Resources.FindAsync(partition, key, cancellation) is not { } live || live.GetString("Ksuid") != resource.Ksuid || live.GetString("Version") != resource.Version)
            return;
        var row = await _rows.ToRowAsync(resource, partition, key, resource.Version!, live.GetString("Operation"), live.GetString("CommandId"), cancellation);
        await tables.Versions.UpsertEntityAsync(ResourceRows.Copy(row, resource.Ksuid!, resource.Version!), TableUpdateMode.Replace, cancellation);
        await tables.Resources.UpdateEntityAsync(row, live.ETag, TableUpdateMode.Replace, cancellation);
    }

    /// <summary>After a rename. The old name may belong to another resource by now: two can change their names with one another.</summary>
    private async Task RemoveRowBeforeAsync(Resource resource, Resource? existing, CancellationToken cancellation)
    {
        if (existing is null || existing.Key == resource.Key)
            return;
        var partition = Keys.Escape(existing.Stack);
        var key = RowOf(existing.Key);
        if (await tables.Resources.FindAsync(partition, key, cancellation) is { } row && row.GetString("Ksuid") == resource.Ksuid)
            await tables.Resources.DeleteEntityAsync(partition, key, row.ETag, cancellation);
    }

    /// <summary>Takes the resource out of the inventory; a tombstone stays among its versions.</summary>
    public async Task RemoveAsync(Resource resource, string commandId, CancellationToken cancellation)
    {
        var ksuid = resource.Ksuid ?? throw new ArgumentException("A stored resource has a KSUID.", nameof(resource));
        var partition = Keys.Escape(resource.Stack);
        var key = RowOf(resource.Key);
        var leftBehind = FindLeftBehindAsync(ksuid, resource.Version, ResourceRows.Delete, commandId, cancellation);
        var found = tables.Resources.FindAsync(partition, key, cancellation);
        await Task.WhenAll(leftBehind, found);
        if (await found is { } live && live.GetString("Ksuid") == ksuid)
        {
            var version = NewerOf(await leftBehind, live) ?? ksuids.Next();
            await Task.WhenAll(
                tables.Versions.UpsertEntityAsync(ResourceRows.Tombstone(resource, version, commandId), TableUpdateMode.Replace, cancellation),
                tables.Changes.UpsertEntityAsync(ChangeOf(resource, version, "delete", commandId), TableUpdateMode.Replace, cancellation));
            await tables.Resources.DeleteEntityAsync(partition, key, live.ETag, cancellation);
        }

        // Even where the row is gone: the first time may have ended in between.
        var writes = new List<Task>
        {
            tables.ByKsuid.DeleteEntityAsync(ksuid, Lookup, ETag.All, cancellation),
            tables.ByTarget.DeleteEntityAsync(Keys.Escape(resource.Target), ksuid, ETag.All, cancellation),
        };
        if (resource.NativeId is { } nativeId)
            writes.Add(tables.ByNativeId.DeleteEntityAsync(TypeKey(resource.Type), Keys.Escape(nativeId), ETag.All, cancellation));
        writes.AddRange(ProducersOf(resource.Properties).Select(producer => tables.ByReference.DeleteEntityAsync(producer, ksuid, ETag.All, cancellation)));
        await Task.WhenAll(writes);
    }

    /// <summary>The newest version of a resource if this very write made it: it ended half way, and is repeated. Asked beside another read, so it costs no time.</summary>
    /// <param name="since">The version that is being replaced, as far as it is known: nothing older is looked at.</param>
    private async Task<string?> FindLeftBehindAsync(string ksuid, string? since, string operation, string commandId, CancellationToken cancellation)
    {
        var filter = since is null ? TableClient.CreateQueryFilter($"PartitionKey eq {ksuid}") : TableClient.CreateQueryFilter($"PartitionKey eq {ksuid} and RowKey gt {since}");
        return (await tables.Versions.ReadAsync(filter, cancellation, WriterColumns)) is [.., var last] && last.GetString("CommandId") == commandId && last.GetString("Operation") == operation
            ? last.RowKey : null;
    }

    /// <summary>A version that is older than the live row was live once: it is history.</summary>
    private static string? NewerOf(string? version, TableEntity? live) =>
        version is not null && (live is null || string.CompareOrdinal(version, live.GetString("Version")) > 0) ? version : null;

    /// <summary>KSUIDs of the resources that these properties refer to.</summary>
    public static IReadOnlyList<string> ProducersOf(JsonElement? properties) =>
        [.. References.Enumerate(properties, HintTree.None).Select(reference => reference.Uri.Ksuid).Distinct(StringComparer.Ordinal)];

    private static string RowOf(ResourceKey key) => $"{TypeKey(key.Type)}{Keys.Separator}{Keys.Escape(key.Label)}";

    private static string TypeKey(string type) => Keys.Escape(type.ToLowerInvariant());

    private static TableEntity ChangeOf(Resource resource, string version, string operation, string commandId) => new(Keys.Escape(resource.Stack), Ksuid.Inverted(version))
    {
        ["Ksuid"] = resource.Ksuid,
        ["Type"] = resource.Type,
        ["Label"] = resource.Label,
        ["Operation"] = operation,
        ["CommandId"] = commandId,
        ["Version"] = version,
    };
}
