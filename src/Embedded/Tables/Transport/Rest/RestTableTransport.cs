using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace Formae.Embedded.Tables;

/// <summary>The table service over its REST protocol: a storage account, or the emulator. What it refuses is its own to say; nothing is checked here.</summary>
internal sealed class RestTableTransport : ITableTransport
{
    private const string NextPartitionKey = "x-ms-continuation-NextPartitionKey";
    private const string NextRowKey = "x-ms-continuation-NextRowKey";
    private const string NextTableName = "x-ms-continuation-NextTableName";

    private readonly string _service;
    private readonly string _version;
    private readonly HttpPipeline _pipeline;

    public RestTableTransport(RestAccount account, TableClientOptions? options)
    {
        (AccountName, Endpoint) = (account.Name, account.Endpoint);
        _service = account.Endpoint.AbsoluteUri.TrimEnd('/');
        options ??= new TableClientOptions();
        _version = options.Version;

        // Connections, time-outs and bounded retries are those of all Azure clients: one HttpClient in the process, and what its options say.
        _pipeline = HttpPipelineBuilder.Build(options, account.OfCall is { } once ? [once] : [], account.OfTry is { } each ? [each] : [], new ResponseClassifier());
    }

    public string AccountName { get; }

    public Uri Endpoint { get; }

    public static string MethodOf(WriteKind kind) => kind switch
    {
        WriteKind.Insert => "POST",
        WriteKind.Merge or WriteKind.InsertOrMerge => "PATCH",
        WriteKind.Replace or WriteKind.InsertOrReplace => "PUT",
        WriteKind.Delete => "DELETE",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a write."),
    };

    /// <summary>An update without one is an upsert.</summary>
    public static string? IfMatchOf(TableWrite write) => write.Kind is WriteKind.Merge or WriteKind.Replace or WriteKind.Delete ? write.IfMatch.ToString() : null;

    public Uri TableUri(string table) => new(PlaceOf(table));

    public Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["TableName"] = table });
        return SendAsync(RequestMethod.Post, $"{_service}/Tables", body, cancellationToken, hasPreference: true);
    }

    public Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken) =>
        SendAsync(RequestMethod.Delete, $"{_service}/Tables('{Escaped(table)}')", default, cancellationToken);

    public async Task<PageReply<TableItem>> QueryTablesAsync(string? filter, int? take, string? continuationToken, CancellationToken cancellationToken)
    {
        var place = Query($"{_service}/Tables", filter, take, default);
        if (continuationToken is { Length: > 0 })
            Add(place, "NextTableName", continuationToken);
        var response = await SendAsync(RequestMethod.Get, Whole(place), default, cancellationToken).ConfigureAwait(false);
        if (response.IsError)
            return new PageReply<TableItem>(response, [], null);
        using var document = JsonDocument.Parse(response.Content.ToMemory());
        var tables = document.RootElement.GetProperty("value").EnumerateArray().Select(item => new TableItem(item.GetProperty("TableName").GetString())).ToList();
        return new PageReply<TableItem>(response, tables, response.Headers.TryGetValue(NextTableName, out var next) ? next : null);
    }

    public Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = default;
        if (write.Kind != WriteKind.Delete)
        {
            var body = new ArrayBufferWriter<byte>(1024);
            RowWriting.Write(body, write);
            content = body.WrittenMemory;
        }

        return SendAsync(RequestMethod.Parse(MethodOf(write.Kind)), PlaceOf(table, write), content, cancellationToken, IfMatchOf(write), write.Kind == WriteKind.Insert);
    }

    public async Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString();
        var body = new ArrayBufferWriter<byte>(1024 * writes.Count);
        Batches.Write(body, id, writes, write => PlaceOf(table, write));
        var response = await SendAsync(
            RequestMethod.Post, $"{_service}/$batch", body.WrittenMemory, cancellationToken, contentType: $"multipart/mixed; boundary=batch_{id}").ConfigureAwait(false);
        if (response.IsError)
            return new TransactionReply(response, []);
        var responses = Batches.Read(response.Content.ToMemory().Span);
        if (responses.Find(one => one.IsError) is { } failed)
            return new TransactionReply(failed, []);
        return responses.Count == writes.Count
            ? new TransactionReply(response, responses)
            : throw new RequestFailedException(response.Status, $"The table service has answered {responses.Count} of a transaction's {writes.Count} actions.");
    }

    public async Task<RowReply> GetAsync(string table, string partitionKey, string rowKey, Selection selection, CancellationToken cancellationToken)
    {
        var place = Whole(Query(PlaceOf(table, partitionKey, rowKey), null, null, selection));
        var response = await SendAsync(RequestMethod.Get, place, default, cancellationToken).ConfigureAwait(false);
        return response.IsError
            ? new RowReply(response, null)
            : new RowReply(response, new RowReading().ReadRow(response.Content.ToMemory().Span, response.Headers.ETag?.ToString()));
    }

    public async Task<PageReply<Row>> QueryAsync(
        string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken)
    {
        var place = Query($"{PlaceOf(table)}()", filter, take, selection);
        if (continuationToken is { Length: > 0 })
        {
            // Keys come in a form of the service's own, which has no space.
            var parts = continuationToken.Split(' ', 2);
            Add(place, "NextPartitionKey", parts[0]);
            if (parts.Length == 2)
                Add(place, "NextRowKey", parts[1]);
        }

        var response = await SendAsync(RequestMethod.Get, Whole(place), default, cancellationToken).ConfigureAwait(false);
        if (response.IsError)
            return new PageReply<Row>(response, [], null);
        var next = response.Headers.TryGetValue(NextPartitionKey, out var partitionKey)
            ? response.Headers.TryGetValue(NextRowKey, out var rowKey) ? $"{partitionKey} {rowKey}" : partitionKey
            : null;
        return new PageReply<Row>(response, new RowReading().ReadPage(response.Content.ToMemory().Span), next);
    }

    /// <summary>An address that ends in what goes before the next part of its query.</summary>
    private static StringBuilder Query(string path, string? filter, int? take, Selection selection)
    {
        var place = new StringBuilder(path).Append('?');
        if (filter is { Length: > 0 })
            Add(place, "$filter", filter);
        if (take is { } rows)
            Add(place, "$top", rows.ToString(CultureInfo.InvariantCulture));
        if (selection.Names is { } names)
            Add(place, "$select", string.Join(',', names));
        return place;
    }

    private static void Add(StringBuilder place, string name, string value) => place.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');

    private static string Whole(StringBuilder place) => place.ToString(0, place.Length - 1);

    private static string Escaped(string text) => Uri.EscapeDataString(text.Replace("'", "''", StringComparison.Ordinal));

    private string PlaceOf(string table) => $"{_service}/{Uri.EscapeDataString(table)}";

    private string PlaceOf(string table, TableWrite write) => write.Kind == WriteKind.Insert ? PlaceOf(table) : PlaceOf(table, write.PartitionKey, write.RowKey);

    private string PlaceOf(string table, string partitionKey, string rowKey) => $"{PlaceOf(table)}(PartitionKey='{Escaped(partitionKey)}',RowKey='{Escaped(rowKey)}')";

    private async Task<Response> SendAsync(
        RequestMethod method, string place, ReadOnlyMemory<byte> body, CancellationToken cancellationToken,
        string? ifMatch = null, bool hasPreference = false, string contentType = "application/json")
    {
        using var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(new Uri(place));
        request.Headers.Add("x-ms-version", _version);
        request.Headers.Add("DataServiceVersion", "3.0");
        request.Headers.Add("Accept", Batches.Accept);
        if (ifMatch is not null)
            request.Headers.Add("If-Match", ifMatch);
        if (hasPreference)
            request.Headers.Add("Prefer", "return-no-content");
        if (!body.IsEmpty)
        {
            request.Headers.Add("Content-Type", contentType);
            request.Content = RequestContent.Create(body);
        }

        await _pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response;
    }
}
