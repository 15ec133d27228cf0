using Azure;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>The table service in a SQLite file.</summary>
internal sealed class SqliteTableTransport : ITableTransport
{
    private const int LargestPage = 1000;

    private readonly string _path;
    private readonly Func<TableFile> _open;

    public SqliteTableTransport(Uri endpoint)
    {
        Endpoint = endpoint;
        _path = Path.GetFullPath(endpoint.LocalPath);
        _open = () => EmbeddedTables.Open(_path);
    }

    /// <summary>A transport over a store of its own, as another process would have it.</summary>
    internal SqliteTableTransport(TableFile file)
    {
        _path = file.Store.Path;
        Endpoint = new Uri(_path);
        _open = () => file;
    }

    public string AccountName => Path.GetFileNameWithoutExtension(_path);

    public Uri Endpoint { get; }

    public Uri TableUri(string table) => new($"{Endpoint.AbsoluteUri}/{table}");

    public async Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (RowRules.CheckTableName(table) is { } wrong)
            return wrong.ToResponse();
        return await _open().Store.WriteAsync(connection => TableCatalog.Create(connection, table)).ConfigureAwait(false)
            ? TableResponse.NoContent
            : TableErrors.TableAlreadyExists.ToResponse();
    }

    public async Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (RowRules.CheckTableName(table) is { } wrong)
            return wrong.ToResponse();
        return await _open().Store.WriteAsync(connection => TableCatalog.Delete(connection, table)).ConfigureAwait(false)
            ? TableResponse.NoContent
            : TableErrors.ResourceNotFound.ToResponse();
    }

    public Task<PageReply<TableItem>> QueryTablesAsync(string? filter, int? take, string? continuationToken, CancellationToken cancellationToken) =>
        Page<TableItem>(filter, take, cancellationToken, (parsed, size) =>
        {
            var (tables, next) = _open().Store.Read(connection => TableCatalog.Page(connection, parsed, continuationToken ?? "", size));
            return new PageReply<TableItem>(TableResponse.Ok, tables, next);
        });

    public async Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (RowRules.Check(write) is { } wrong)
            return wrong.ToResponse();
        var prepared = new PreparedWrite(write);
        var file = _open();
        var outcome = await file.Store.WriteAsync<WriteOutcome>(connection => TableCatalog.Find(connection, table) is { } id
            ? RowWriter.Apply(connection, id, prepared, file.NextStamp())
            : NoTable(table)).ConfigureAwait(false);
        return outcome.ToResponse();
    }

    public async Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (RowRules.Check(writes) is { } wrong)
            return new TransactionReply(wrong.ToResponse(), []);
        var prepared = new PreparedWrite[writes.Count];
        for (var i = 0; i < prepared.Length; i++)
            prepared[i] = new PreparedWrite(writes[i]);
        var file = _open();
        try
        {
            var outcomes = await file.Store.WriteAsync(connection =>
            {
                var id = TableCatalog.Find(connection, table) ?? throw new TransactionRefusedException(NoTable(table) with { FailedIndex = 0 });
                var done = new WriteOutcome[prepared.Length];
                for (var i = 0; i < done.Length; i++)
                {
                    done[i] = RowWriter.Apply(connection, id, prepared[i], file.NextStamp());
                    if (done[i].Error is { } error)
                        throw new TransactionRefusedException(error with { FailedIndex = i });
                }

                return done;
            }).ConfigureAwait(false);
            return new TransactionReply(TableResponse.Accepted, Array.ConvertAll(outcomes, outcome => (Response)outcome.ToResponse()));
        }
        catch (TransactionRefusedException refused)
        {
            return new TransactionReply(refused.Error.ToResponse(), []);
        }
    }

    public Task<RowReply> GetAsync(string table, string partitionKey, string rowKey, Selection selection, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<RowReply>(cancellationToken);
        var (found, row) = _open().Store.Read(connection => TableCatalog.Find(connection, table) is { } id
            ? (true, RowReader.Find(connection, id, partitionKey, rowKey, selection))
            : (false, null));
        return Task.FromResult(row is not null
            ? new RowReply(new TableResponse(200, row.ETag), row)
            : new RowReply((found ? TableErrors.ResourceNotFound : NoTable(table)).ToResponse(), null));
    }

    public Task<PageReply<Row>> QueryAsync(
        string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken) =>
        Page<Row>(filter, take, cancellationToken, (parsed, size) =>
        {
            var start = continuationToken is { Length: > 0 } ? RowPosition.Parse(continuationToken) : null;
            if (start is null && continuationToken is { Length: > 0 })
                return Refused<Row>(TableErrors.Refused(TableErrorCode.InvalidInput, "The continuation token is not one of this service."));
            return _open().Store.Read(connection =>
            {
                if (TableCatalog.Find(connection, table) is not { } id)
                    return Refused<Row>(NoTable(table));
                var (rows, next) = RowReader.Page(connection, id, parsed, selection, start, size);
                return new PageReply<Row>(TableResponse.Ok, rows, next?.ToToken());
            });
        });

    private static Task<PageReply<T>> Page<T>(string? filter, int? take, CancellationToken cancellationToken, Func<Filter?, int, PageReply<T>> read)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<PageReply<T>>(cancellationToken);
        if (take is < 1 or > LargestPage)
            return Task.FromResult(Refused<T>(TableErrors.Refused(TableErrorCode.InvalidInput, $"A page has 1 to {LargestPage} rows, not {take}.")));
        try
        {
            return Task.FromResult(read(FilterParser.Parse(filter), take ?? LargestPage));
        }
        catch (FilterSyntaxException e)
        {
            return Task.FromResult(Refused<T>(TableErrors.Refused(TableErrorCode.InvalidInput, e.Message)));
        }
    }

    private static PageReply<T> Refused<T>(TableError error) => new(error.ToResponse(), [], null);

    private static TableError NoTable(string table) => RowRules.CheckTableName(table) ?? TableErrors.TableNotFound;

    // Thrown inside the store so that it undoes the whole transaction.
    private sealed class TransactionRefusedException(TableError error) : Exception(error.Message)
    {
        public TableError Error { get; } = error;
    }
}
