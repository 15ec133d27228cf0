#nullable disable

using System.Linq.Expressions;
using Azure.Core;
using Azure.Data.Tables.Models;
using Formae.Embedded.Tables;

namespace Azure.Data.Tables;

public class TableServiceClient
{
    private readonly ITableTransport _transport;

    protected TableServiceClient()
    {
    }

    public TableServiceClient(string connectionString)
        : this(connectionString, null)
    {
    }

    public TableServiceClient(string connectionString, TableClientOptions options = null)
        : this(TableTransports.Open(connectionString, options))
    {
    }

    public TableServiceClient(Uri endpoint, TableClientOptions options = null)
        : this(TableTransports.Open(endpoint, options))
    {
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions options)
        : this(TableTransports.Open(endpoint, credential, options))
    {
    }

    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions options = null)
        : this(TableTransports.Open(endpoint, tokenCredential, options))
    {
    }

    internal TableServiceClient(ITableTransport transport) => _transport = transport;

    public virtual string AccountName => _transport.AccountName;

    public virtual Uri Uri => _transport.Endpoint;

    public static string CreateQueryFilter(FormattableString filter) => FilterText.From(filter);

    public static string CreateQueryFilter(Expression<Func<TableItem, bool>> filter) => FilterExpression.Translate(filter);

    public virtual TableClient GetTableClient(string tableName)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        return new TableClient(_transport, tableName);
    }

    public virtual async Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).CreateAsync(cancellationToken).ConfigureAwait(false);

    public virtual async Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).CreateIfNotExistsAsync(cancellationToken).ConfigureAwait(false);

    public virtual async Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        await GetTableClient(tableName).DeleteAsync(cancellationToken).ConfigureAwait(false);

    public virtual AsyncPageable<TableItem> QueryAsync(string filter = null, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        new TablePageable<TableItem>(maxPerPage, async (continuationToken, take) =>
        {
            var reply = await _transport.QueryTablesAsync(filter, take, continuationToken, cancellationToken).ConfigureAwait(false);
            TableErrors.ThrowIfError(reply.Response);
            return Page<TableItem>.FromValues(reply.Values, reply.ContinuationToken, reply.Response);
        });

    public virtual AsyncPageable<TableItem> QueryAsync(
        FormattableString filter, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    public virtual AsyncPageable<TableItem> QueryAsync(
        Expression<Func<TableItem, bool>> filter, int? maxPerPage = null, CancellationToken cancellationToken = default) =>
        QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);
}
