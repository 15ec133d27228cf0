#nullable disable

using System.Linq.Expressions;
using Azure.Core;
using Azure.Data.Tables.Models;
using Formae.Embedded.Tables;

namespace Azure.Data.Tables;

public class TableClient
{
    private readonly ITableTransport _transport;

    protected TableClient()
    {
    }

    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    public TableClient(string connectionString, string tableName, TableClientOptions options = null)
        : this(TableTransports.Open(connectionString, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential)
        : this(endpoint, tableName, credential, null)
    {
    }

    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions options = null)
        : this(TableTransports.Open(endpoint, credential, options), tableName)
    {
    }

    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions options = null)
        : this(TableTransports.Open(endpoint, tokenCredential, options), tableName)
    {
    }

    internal TableClient(ITableTransport transport, string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        _transport = transport;
        Name = tableName;
    }

    public virtual string Name { get; }

    public virtual string AccountName => _transport.AccountName;

    public virtual Uri Uri => _transport.TableUri(Name);

    public static string CreateQueryFilter(FormattableString filter) => FilterText.From(filter);

    public static string CreateQueryFilter<T>(Expression<Func<T, bool>> filter) => FilterExpression.Translate(filter);

    public virtual async Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default)
    {
        var response = await _transport.CreateTableAsync(Name, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(new TableItem(Name), TableErrors.ThrowIfError(response));
    }

    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default)
    {
        var response = await _transport.CreateTableAsync(Name, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(new TableItem(Name), IsThere(response) ? response : TableErrors.ThrowIfError(response));
    }

    /// <summary>Deletes the table. As with the real client, a table that is not there is a response with status 404, not an exception.</summary>
    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default)
    {
        var response = await _transport.DeleteTableAsync(Name, cancellationToken).ConfigureAwait(false);
        return response.Status == 404 ? response : TableErrors.ThrowIfError(response);
    }

    public virtual Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        ArgumentNullException.ThrowIfNull(entity);
        return WriteAsync(WriteKind.Insert, entity, default, cancellationToken);
    }

    public virtual Task<Response> UpsertEntityAsync<T>(
        T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        AssertKeys(entity);
        return WriteAsync(Kind(mode, WriteKind.InsertOrMerge, WriteKind.InsertOrReplace), entity, default, cancellationToken);
    }

    public virtual Task<Response> UpdateEntityAsync<T>(
        T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        AssertKeys(entity);
        if (ifMatch == default)
            throw new ArgumentException("An update needs the ETag it expects, or ETag.All.", nameof(ifMatch));
        return WriteAsync(Kind(mode, WriteKind.Merge, WriteKind.Replace), entity, ifMatch, cancellationToken);
    }

    public virtual Task<Response> DeleteEntityAsync(ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ifMatch, cancellationToken);
    }

    /// <summary>Deletes the entity. As with the real client, an entity that is not there is a response with status 404, not an exception.</summary>
    public virtual async Task<Response> DeleteEntityAsync(
        string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        var write = new TableWrite(WriteKind.Delete, partitionKey, rowKey, [], ifMatch == default ? ETag.All : ifMatch);
        var response = await _transport.WriteAsync(Name, write, cancellationToken).ConfigureAwait(false);
        return response.Status == 404 ? response : TableErrors.ThrowIfError(response);
    }

    public virtual async Task<Response<T>> GetEntityAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var reply = await GetAsync(partitionKey, rowKey, select, cancellationToken).ConfigureAwait(false);
        TableErrors.ThrowIfError(reply.Response);
        return Response.FromValue(EntityShape<T>.Read(reply.Row), reply.Response);
    }

    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var reply = await GetAsync(partitionKey, rowKey, select, cancellationToken).ConfigureAwait(false);
        if (reply.Response.Status == 404)
            return new NoEntityResponse<T>(reply.Response);
        TableErrors.ThrowIfError(reply.Response);
        return Response.FromValue(EntityShape<T>.Read(reply.Row), reply.Response);
    }

    public virtual AsyncPageable<T> QueryAsync<T>(
        string filter = null, int? maxPerPage = null, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var selection = Selection.Of(select);
        return new TablePageable<T>(maxPerPage, async (continuationToken, take) =>
        {
            var reply = await _transport.QueryAsync(Name, filter, take, continuationToken, selection, cancellationToken).ConfigureAwait(false);
            TableErrors.ThrowIfError(reply.Response);
            return Page<T>.FromValues(EntityShape<T>.Read(reply.Values), reply.ContinuationToken, reply.Response);
        });
    }

    public virtual AsyncPageable<T> QueryAsync<T>(
        Expression<Func<T, bool>> filter, int? maxPerPage = null, IEnumerable<string> select = null, CancellationToken cancellationToken = default)
        where T : class, ITableEntity =>
        QueryAsync<T>(CreateQueryFilter(filter), maxPerPage, select, cancellationToken);

    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transactionActions);
        var writes = transactionActions.Select(ToWrite).ToList();
        if (writes.Count == 0)
            throw new InvalidOperationException("A transaction without actions cannot be submitted.");
        var reply = await _transport.SubmitAsync(Name, writes, cancellationToken).ConfigureAwait(false);
        if (TableErrors.IsError(reply.Response))
            throw new TableTransactionFailedException(TableErrors.Exception(reply.Response));
        return Response.FromValue(reply.Responses, reply.Response);
    }

    private static TableWrite ToWrite(TableTransactionAction action) => action.ActionType switch
    {
        TableTransactionActionType.Add => Write(WriteKind.Insert, action.Entity, default),
        TableTransactionActionType.Delete => new TableWrite(
            WriteKind.Delete, action.Entity.PartitionKey, action.Entity.RowKey, [], action.ETag == default ? ETag.All : action.ETag),

        // The real client sends no If-Match for an update without an ETag, and the service takes an update without one for an upsert.
        TableTransactionActionType.UpdateMerge when action.ETag == default => Write(WriteKind.InsertOrMerge, action.Entity, default),
        TableTransactionActionType.UpdateReplace when action.ETag == default => Write(WriteKind.InsertOrReplace, action.Entity, default),
        TableTransactionActionType.UpdateMerge => Write(WriteKind.Merge, action.Entity, action.ETag),
        TableTransactionActionType.UpdateReplace => Write(WriteKind.Replace, action.Entity, action.ETag),
        TableTransactionActionType.UpsertMerge => Write(WriteKind.InsertOrMerge, action.Entity, default),
        TableTransactionActionType.UpsertReplace => Write(WriteKind.InsertOrReplace, action.Entity, default),
        _ => throw new InvalidOperationException($"Not a transaction action: {action.ActionType}."),
    };

    private static TableWrite Write(WriteKind kind, ITableEntity entity, ETag ifMatch) =>
        new(kind, entity.PartitionKey, entity.RowKey, EntityShape.Write(entity), ifMatch);

    private static WriteKind Kind(TableUpdateMode mode, WriteKind merge, WriteKind replace) => mode switch
    {
        TableUpdateMode.Merge => merge,
        TableUpdateMode.Replace => replace,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not an update mode."),
    };

    // A table that is being deleted is a conflict too, and not there.
    private static bool IsThere(Response response) => response.Status == 409 && TableErrorCode.TableAlreadyExists == ServiceErrors.Of(response)?.Code;

    private static void AssertKeys(ITableEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey);
        ArgumentNullException.ThrowIfNull(entity.RowKey);
    }

    private async Task<Response> WriteAsync(WriteKind kind, ITableEntity entity, ETag ifMatch, CancellationToken cancellationToken) =>
        TableErrors.ThrowIfError(await _transport.WriteAsync(Name, Write(kind, entity, ifMatch), cancellationToken).ConfigureAwait(false));

    private Task<RowReply> GetAsync(string partitionKey, string rowKey, IEnumerable<string> select, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partitionKey);
        ArgumentNullException.ThrowIfNull(rowKey);
        return _transport.GetAsync(Name, partitionKey, rowKey, Selection.Of(select), cancellationToken);
    }
}
