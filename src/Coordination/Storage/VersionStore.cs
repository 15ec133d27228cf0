using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>The versions that resources had: partition is the KSUID, row the version. Written with the live rows by <see cref="ResourceStore"/>; only read here.</summary>
public sealed class VersionStore(FormaeTables tables, PluginCatalog catalog)
{
    private static readonly string[] KeyColumns = ["PartitionKey", "RowKey"];
    private readonly ResourceRows _rows = new(tables, catalog);

    /// <summary>A resource as one of its versions holds it; null for a tombstone and for what there is not.</summary>
    public async Task<Resource?> FindAsync(string ksuid, string version, CancellationToken cancellation) =>
        await tables.Versions.FindAsync(ksuid, version, cancellation) is { } row && row.GetString("Operation") != ResourceRows.Delete ? await _rows.FromRowAsync(row, cancellation) : null;

    /// <summary>The last version before this one; null when there is none, or it is a tombstone.</summary>
    public async Task<Resource?> FindBeforeAsync(string ksuid, string version, CancellationToken cancellation) =>
        await ReadAsync(ksuid, version, 1, cancellation) is [{ Operation: not ResourceRows.Delete } before] ? before.Resource : null;

    /// <summary>The last version that is no tombstone; null for a resource that there never was.</summary>
    public async Task<Resource?> FindLastAsync(string ksuid, CancellationToken cancellation) =>
        (await ReadAsync(ksuid, before: null, 2, cancellation)).FirstOrDefault(version => version.Operation != ResourceRows.Delete)?.Resource;

    /// <summary>Newest first, tombstones too.</summary>
    /// <param name="ksuid">The resource.</param>
    /// <param name="before">Only versions older than this one; null begins with the newest.</param>
    /// <param name="limit">How many at most.</param>
    public async Task<IReadOnlyList<ResourceVersion>> ReadAsync(string ksuid, string? before, int limit, CancellationToken cancellation)
    {
        // Rows sort oldest first, so the page is found among the bare keys.
        var keys = await tables.Versions.ReadAsync(
            before is null ? TableClient.CreateQueryFilter($"PartitionKey eq {ksuid}") : TableClient.CreateQueryFilter($"PartitionKey eq {ksuid} and RowKey lt {before}"), cancellation, KeyColumns);
        if (keys.Count == 0)
            return [];
        var from = keys[Math.Max(0, keys.Count - limit)].RowKey;
        var to = keys[^1].RowKey;
        var rows = await tables.Versions.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {ksuid} and RowKey ge {from} and RowKey le {to}"), cancellation);
        rows.Reverse();
        return await TableRows.ConvertAsync(rows, async row => new ResourceVersion(await _rows.FromRowAsync(row, cancellation), row.GetString("Operation"), row.GetString("CommandId")));
    }
}

/// <param name="Resource">As it was written; without properties in a tombstone.</param>
/// <param name="Operation"><c>create</c>, <c>update</c> or <c>delete</c>.</param>
/// <param name="CommandId">Who wrote it.</param>
public sealed record ResourceVersion(Resource Resource, string Operation, string CommandId);
