using Azure;
using Azure.Data.Tables.Models;
using Formae.Embedded.Tables;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>Tables that do what others do, with something of a test before each request.</summary>
internal abstract class DelegatingTransport(ITableTransport inner) : ITableTransport
{
    public string AccountName => inner.AccountName;

    public Uri Endpoint => inner.Endpoint;

    public Uri TableUri(string table) => inner.TableUri(table);

    /// <summary>Runs before and around every request.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isWrite">Whether it changes rows.</param>
    /// <param name="request">The request itself.</param>
    protected abstract Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request);

    public virtual Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken) => inner.CreateTableAsync(table, cancellationToken);

    public Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken) => inner.DeleteTableAsync(table, cancellationToken);

    public Task<PageReply<TableItem>> QueryTablesAsync(string? filter, int? take, string? continuationToken, CancellationToken cancellationToken) =>
        inner.QueryTablesAsync(filter, take, continuationToken, cancellationToken);

    /// <summary>A row was written, or it was tried.</summary>
    protected virtual void Written(string table, TableWrite write)
    {
    }

    public virtual Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken) => AroundAsync(table, isWrite: true, async () =>
    {
        var response = await inner.WriteAsync(table, write, cancellationToken);
        if (!response.IsError)
            Written(table, write);
        return response;
    });

    public virtual Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) =>
        AroundAsync(table, isWrite: true, () => inner.SubmitAsync(table, writes, cancellationToken));

    public Task<RowReply> GetAsync(string table, string partitionKey, string rowKey, Selection selection, CancellationToken cancellationToken) =>
        AroundAsync(table, isWrite: false, () => inner.GetAsync(table, partitionKey, rowKey, selection, cancellationToken));

    public virtual Task<PageReply<Row>> QueryAsync(string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken) =>
        AroundAsync(table, isWrite: false, () => inner.QueryAsync(table, filter, take, continuationToken, selection, cancellationToken));
}

/// <summary>Lets something happen before the first write to the live rows of resources.</summary>
internal sealed class WriteBetween(string folder, Func<Task> happening)
    : DelegatingTransport(new SqliteTableTransport(new Uri(Path.Combine(folder, "tables.db"))))
{
    public bool Happened { get; private set; }

    protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
    {
        if (isWrite && table == "FormaeResources" && !Happened)
        {
            Happened = true;
            await happening();
        }

        return await request();
    }
}

/// <summary>Lets something happen, or fail, in place of the next write to a table.</summary>
internal sealed class Interruption(ITableTransport inner) : DelegatingTransport(inner)
{
    private string? _table;
    private Func<Task>? _happening;

    public bool Happened { get; private set; }

    public void BeforeNextWriteTo(string table, Func<Task> happening) => (_table, _happening, Happened) = (table, happening, false);

    protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
    {
        if (isWrite && table == _table && Interlocked.Exchange(ref _happening, null) is { } happening)
        {
            Happened = true;
            await happening();
        }

        return await request();
    }
}
