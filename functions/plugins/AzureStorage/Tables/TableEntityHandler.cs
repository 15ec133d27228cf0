using System.Text.Json.Nodes;
using Azure.Core;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

/// <summary>
/// Entities by their keys. A mark would be a property that everybody sees who reads the table, so there is none: what a create in doubt finds under its keys,
/// and just as it wanted it, is taken for its own. An update replaces the very version that was looked at.
/// </summary>
internal sealed class TableEntityHandler(StorageConnections connections) : IResourceHandler<TableEntity>, IListable<TableEntity>, IFindExisting<TableEntity>
{
    private const int MostProperties = 252;
    private const string NextPartition = "x-ms-continuation-NextPartitionKey";
    private const string NextRow = "x-ms-continuation-NextRowKey";

    public async Task<CreateResult<TableEntity>> CreateAsync(CreateRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var key = EntityKey.Of(request.Desired);
        if (key.Check() is { } wrongKey)
            return wrongKey;
        if (Compose(request.Desired, out var entity) is { } wrong)
            return wrong;
        var made = await tables.SendAsync(RequestMethod.Post, Names.Escaped(key.Table), cancellationToken, post => Write(post, entity)).ConfigureAwait(false);
        return made.IsSuccess ? new CreateResult<TableEntity>.Success(key.Id, Show(key, made.ETag, request.Desired)) : made.ProblemOf(key.Subject);
    }

    public async Task<FindResult<TableEntity>> FindExistingAsync(CreateRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var key = EntityKey.Of(request.Desired);
        if (key.Check() is { } wrong)
            return wrong;
        var (found, problem) = await FindAsync(tables, key, request.Desired, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new FindResult<TableEntity>.Found(key.Id, found);
    }

    public async Task<ReadResult<TableEntity>> ReadAsync(ReadRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var (found, problem) = await FindAsync(tables, EntityKey.Of(request.NativeId), request.Prior, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new ReadResult<TableEntity>.Success(found);
    }

    public async Task<UpdateResult<TableEntity>> UpdateAsync(UpdateRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var key = EntityKey.Of(request.NativeId);
        if (Compose(request.Desired, out var entity) is { } wrong)
            return wrong;
        var seen = request.Found?.ETag;
        if (seen is null)
        {
            var (found, problem) = await FindAsync(tables, key, request.Desired, cancellationToken).ConfigureAwait(false);
            if (found is null)
                return problem!;
            seen = found.ETag;
        }

        var written = await tables.SendAsync(RequestMethod.Put, key.Path, cancellationToken, put =>
        {
            put.Headers.Add("If-Match", seen!);
            Write(put, entity);
        }).ConfigureAwait(false);
        return written.IsSuccess ? new UpdateResult<TableEntity>.Success(Show(key, written.ETag, request.Desired)) : written.ProblemOf(key.Subject);
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var key = EntityKey.Of(request.NativeId);
        var gone = await tables.SendAsync(RequestMethod.Delete, key.Path, cancellationToken, delete => delete.Headers.Add("If-Match", "*")).ConfigureAwait(false);
        return gone.Deleted(key.Subject);
    }

    public async Task<ListResult> ListAsync(ListRequest<TableEntity> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        if (!request.Parameters.TryGetValue(nameof(TableEntity.Table), out var table))
            return Problems.InvalidRequest("Entities are listed below a table: the parameter 'Table' is missing.");

        // Neither of the two tokens of the service holds a line break.
        var from = request.PageToken?.Split('\n') is [var partition, var row] ? $"&NextPartitionKey={Names.Escaped(partition)}{(row.Length > 0 ? $"&NextRowKey={Names.Escaped(row)}" : "")}" : "";
        var page = await tables.SendAsync(RequestMethod.Get, $"{Names.Escaped(table)}()?$select=PartitionKey,RowKey&$top={request.PageSize}{from}", cancellationToken).ConfigureAwait(false);
        if (!page.IsSuccess)
            return page.ProblemOf($"The table '{table}'");
        var ids = page.Json().GetProperty("value").EnumerateArray().Select(entity => new EntityKey(table, entity.GetProperty("PartitionKey").GetString()!, entity.GetProperty("RowKey").GetString()!).Id);
        return new ListResult.Success([.. ids], page[NextPartition] is { } next ? $"{next}\n{page[NextRow]}" : null);
    }

    private static void Write(Request request, JsonObject entity)
    {
        request.Headers.Add("Content-Type", "application/json");
        request.Headers.Add("Prefer", "return-no-content");
        request.Content = RequestContent.Create(new BinaryData(entity.ToJsonString()));
    }

    private static async Task<(TableEntity? Found, Problem? Problem)> FindAsync(StorageClient tables, EntityKey key, TableEntity? form, CancellationToken cancellation)
    {
        var answer = await tables.SendAsync(RequestMethod.Get, key.Path, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return (null, answer.ProblemOf(key.Subject));
        var entity = answer.Json();
        var live = entity.EnumerateObject().Where(property => !EntityValue.IsOfService(property.Name)).Select(property => AsWritten(property.Name, EntityValue.Of(entity, property), form)).ToList();
        return (new TableEntity
        {
            Table = key.Table,
            PartitionKey = key.PartitionKey,
            RowKey = key.RowKey,
            Properties = live.Count == 0 ? null : live,
            Id = key.Id,
            ETag = answer.ETag ?? (entity.TryGetProperty("odata.etag", out var etag) ? etag.GetString() : null),
        }, null);
    }

    /// <summary>A number or a time can be written in many ways: where it is the same it stays as it was written.</summary>
    private static EntityProperty AsWritten(string name, EntityValue live, TableEntity? form) =>
        form?.Properties?.FirstOrDefault(property => property.Name == name) is { } written && EntityValue.Parse(written, out var value) is null && value == live
            ? written with { Type = live.Type }
            : live.ToProperty(name);

    private static TableEntity Show(EntityKey key, string? etag, TableEntity desired) => desired with
    {
        Properties = desired.Properties is { Count: > 0 } properties ? [.. properties.Select(property => EntityValue.Parse(property, out var value) is null ? property with { Type = value.Type } : property)] : null,
        Id = key.Id,
        ETag = etag,
    };

    private static Problem? Compose(TableEntity desired, out JsonObject entity)
    {
        entity = new JsonObject { ["PartitionKey"] = desired.PartitionKey, ["RowKey"] = desired.RowKey };
        if (desired.Properties is { Count: > MostProperties } many)
            return Problems.ServiceLimit($"'Properties' has {many.Count} entries; an entity may have {MostProperties}.");
        foreach (var property in desired.Properties ?? [])
        {
            if (EntityValue.Parse(property, out var value) is { } wrong)
                return wrong;
            if (entity.ContainsKey(property.Name))
                return Problems.InvalidRequest($"'Properties': '{property.Name}' is there twice.");
            value.Write(property.Name, entity);
        }

        return null;
    }
}
