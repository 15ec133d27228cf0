using Azure;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>
/// The table service as the clients see it: one method per request of the service. What the service refuses comes back as a response
/// with its status and error code; the clients decide which of them are exceptions.
/// </summary>
internal interface ITableTransport
{
    string AccountName { get; }

    Uri Endpoint { get; }

    Uri TableUri(string table);

    Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken);

    Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken);

    Task<PageReply<TableItem>> QueryTablesAsync(string? filter, int? take, string? continuationToken, CancellationToken cancellationToken);

    Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken);

    Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken);

    Task<RowReply> GetAsync(string table, string partitionKey, string rowKey, Selection selection, CancellationToken cancellationToken);

    Task<PageReply<Row>> QueryAsync(
        string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken);
}

/// <summary>A page, or no rows and an error response.</summary>
internal readonly record struct PageReply<T>(Response Response, IReadOnlyList<T> Values, string? ContinuationToken);

/// <summary>A row, or none and an error response.</summary>
internal readonly record struct RowReply(Response Response, Row? Row);

/// <summary>One response for each write, or none and an error response that names the write that failed.</summary>
internal readonly record struct TransactionReply(Response Response, IReadOnlyList<Response> Responses);
