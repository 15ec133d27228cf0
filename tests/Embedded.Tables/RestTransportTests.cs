using System.Net;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

/// <summary>What goes over the wire and how answers are taken that an emulator does not give.</summary>
public sealed class RestTransportTests
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=someone;AccountKey=a2V5;EndpointSuffix=core.windows.net";

    private readonly Wire _wire = new();

    private TableClient Table => Service.GetTableClient("Things");

    private TableServiceClient Service => field ??= new TableServiceClient(Account, _wire.Options);

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData(Account, "https://someone.table.core.windows.net/", "someone")]
    [InlineData("AccountName=someone;AccountKey=a2V5", "https://someone.table.core.windows.net/", "someone")]
    [InlineData("AccountName=someone;AccountKey=a2V5;DefaultEndpointsProtocol=http;EndpointSuffix=example.com", "http://someone.table.example.com/", "someone")]
    [InlineData("AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:2/a", "http://127.0.0.1:2/a", "a")]
    [InlineData("TableEndpoint=https://someone.table.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D", "https://someone.table.core.windows.net/", "someone")]
    public void A_connection_string_says_which_account(string connectionString, string endpoint, string account)
    {
        var service = new TableServiceClient(connectionString);
        Assert.Equal((endpoint, account), (service.Uri.AbsoluteUri, service.AccountName));
    }

    [Theory]
    [InlineData("AccountName=someone")]
    [InlineData("AccountName=someone;AccountKey=SECRET!")]
    [InlineData("UseDevelopmentStorage=perhaps")]
    [InlineData("AccountName=someone;AccountKey=a2V5;TableEndpoint=ftp://someone")]
    [InlineData("TableEndpoint=someone.table.core.windows.net?sv=2021-12-02&sig=SECRET")]
    public void A_connection_string_without_access_is_refused_without_its_secrets(string connectionString)
    {
        var refused = Assert.Throws<FormatException>(() => new TableServiceClient(connectionString));
        Assert.DoesNotContain("SECRET", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("a2V5", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_with_an_identity_sends_its_token_over_https_alone()
    {
        var asked = new List<string>();
        var credential = DelegatedTokenCredential.Create((context, _) =>
        {
            asked.AddRange(context.Scopes);
            return new AccessToken("token", DateTimeOffset.MaxValue);
        });
        _wire.Answer(204);
        await new TableClient(new Uri("https://someone.table.core.windows.net"), "Things", credential, _wire.Options).DeleteEntityAsync("p", "r");
        Assert.Equal("Bearer token", _wire.Requests[0].Header("Authorization"));
        Assert.Equal(["https://storage.azure.com/.default"], asked);
        Assert.Throws<ArgumentException>(() => new TableServiceClient(new Uri("http://someone.table.core.windows.net"), credential));
    }

    [Fact]
    public async Task A_write_is_sent_as_the_service_wants_it()
    {
        _wire.Answer(204, etag: "W/\"datetime'x'\"");
        await Table.UpdateEntityAsync(new TableEntity("it's", "a b/c?") { ["Text"] = "say \"no\"", ["Long"] = 5L, ["Real"] = 2.0, ["Bytes"] = new byte[] { 1 }, ["Nothing"] = null }, new ETag("W/\"old\""));
        var sent = _wire.Requests[0];
        Assert.Equal("PATCH https://someone.table.core.windows.net/Things(PartitionKey='it%27%27s',RowKey='a%20b%2Fc%3F')", sent.Line);
        Assert.Equal(("W/\"old\"", "2020-12-06", "application/json"), (sent.Header("If-Match"), sent.Header("x-ms-version"), sent.Header("Content-Type")));
        Assert.StartsWith("SharedKeyLite someone:", sent.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal(
            """{"PartitionKey":"it's","RowKey":"a b/c?","Text":"say \"no\"","Long@odata.type":"Edm.Int64","Long":"5","Real@odata.type":"Edm.Double","Real":2,"Bytes@odata.type":"Edm.Binary","Bytes":"AQ=="}""",
            sent.Body);
    }

    [Fact]
    public async Task A_page_leads_to_the_next_by_what_the_service_says()
    {
        _wire.Answer(200, """{"value":[{"odata.etag":"e","PartitionKey":"p","RowKey":"1","N@odata.type":"Edm.Int64","N":"7","M":3,"D":1.0,"Null":null}]}""",
            headers: [("x-ms-continuation-NextPartitionKey", "1!4!cA--"), ("x-ms-continuation-NextRowKey", "1!4!Mg--")]);
        _wire.Answer(200, """{"value":[]}""", headers: [("x-ms-continuation-NextPartitionKey", "1!4!cQ--")]);
        _wire.Answer(200, """{"odata.metadata":"m","value":[{"PartitionKey":"q","RowKey":"2"}]}""");
        var rows = new List<TableEntity>();
        await foreach (var row in Table.QueryAsync<TableEntity>("N gt 5L", maxPerPage: 10, select: ["N", "M"]))
            rows.Add(row);
        Assert.Equal(["1", "2"], rows.Select(row => row.RowKey));
        Assert.Equal((7L, 3, 1.0), (rows[0]["N"], rows[0]["M"], rows[0]["D"]));
        Assert.False(rows[0].ContainsKey("Null"));
        Assert.Equal(
            ["()?$filter=N%20gt%205L&$top=10&$select=N%2CM", "()?$filter=N%20gt%205L&$top=10&$select=N%2CM&NextPartitionKey=1%214%21cA--&NextRowKey=1%214%21Mg--", "()?$filter=N%20gt%205L&$top=10&$select=N%2CM&NextPartitionKey=1%214%21cQ--"],
            _wire.Requests.Select(request => request.Line.Split("Things")[1]));
    }

    [Fact]
    public async Task A_table_that_is_being_deleted_is_not_taken_for_one_that_is_there()
    {
        _wire.Answer(409, """{"odata.error":{"code":"TableAlreadyExists","message":{"lang":"en-US","value":"There."}}}""");
        Assert.Equal(409, (await Table.CreateIfNotExistsAsync()).GetRawResponse().Status);
        _wire.Answer(409, """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"Soon."}}}""");
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => Table.CreateIfNotExistsAsync());
        Assert.Equal((409, "TableBeingDeleted"), (refused.Status, refused.ErrorCode));
    }

    [Theory]
    [InlineData("application/xml", "<?xml version=\"1.0\"?><m:error xmlns:m=\"urn:m\"><m:code>AuthenticationFailed</m:code><m:message>No.</m:message></m:error>", "AuthenticationFailed")]
    [InlineData("application/json", """{"odata.error":{"code":"AuthorizationPermissionMismatch","message":{"lang":"en-US","value":"No."}}}""", "AuthorizationPermissionMismatch")]
    [InlineData("text/html", "<html><body>a proxy <br> says no", null)]
    public async Task A_refusal_has_the_code_that_its_body_has(string type, string body, string? code)
    {
        _wire.Answer(403, body, type: type);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => Table.AddEntityAsync(new TableEntity("p", "r")));
        Assert.Equal((403, code), (refused.Status, refused.ErrorCode));
    }

    [Fact]
    public async Task A_transaction_that_fails_names_the_action_that_the_service_names()
    {
        _wire.Answer(202, Transaction("HTTP/1.1 409 Conflict\r\nDataServiceVersion: 3.0;\r\nContent-Type: application/json\r\n\r\n"
            + """{"odata.error":{"code":"EntityAlreadyExists","message":{"lang":"en-US","value":"1:The specified entity already exists.\nRequestId:x"}}}"""), type: "multipart/mixed; boundary=batchresponse_1");
        var refused = await Assert.ThrowsAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync([Add("a"), Add("b")]));
        Assert.Equal((409, "EntityAlreadyExists", 1), (refused.Status, refused.ErrorCode, refused.FailedTransactionActionIndex));
    }

    [Fact]
    public async Task A_transaction_of_which_a_part_is_answered_is_no_success()
    {
        _wire.Answer(202, Transaction("HTTP/1.1 204 No Content\r\nETag: e\r\n\r\n"), type: "multipart/mixed; boundary=batchresponse_1");
        await Assert.ThrowsAsync<RequestFailedException>(() => Table.SubmitTransactionAsync([Add("a"), Add("b")]));
    }

    [Fact]
    public async Task What_the_service_cannot_do_now_is_asked_again_a_few_times()
    {
        _wire.Answer(503, """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"Later."}}}""");
        _wire.Answer(500);
        _wire.Answer(204);
        await Table.UpsertEntityAsync(new TableEntity("p", "r"));
        Assert.Equal(3, _wire.Requests.Count);
        Assert.Single(_wire.Requests.Select(request => request.Header("x-ms-client-request-id")).Distinct());
        Assert.All(_wire.Requests, request => Assert.Equal("""{"PartitionKey":"p","RowKey":"r"}""", request.Body));
        for (var i = 0; i < 10; i++)
            _wire.Answer(503, """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"Later."}}}""");
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => Table.UpsertEntityAsync(new TableEntity("p", "r")));
        Assert.Equal((503, "ServerBusy"), (refused.Status, refused.ErrorCode));
        Assert.Equal(3 + 4, _wire.Requests.Count);
    }

    private static TableTransactionAction Add(string rowKey) => new(TableTransactionActionType.Add, new TableEntity("p", rowKey));

    private static string Transaction(string part) =>
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n--changesetresponse_2\r\nContent-Type: application/http\r\n"
        + $"Content-Transfer-Encoding: binary\r\n\r\n{part}\r\n--changesetresponse_2--\r\n--batchresponse_1--\r\n";

    /// <summary>A service that answers what it was told to, in this order.</summary>
    private sealed class Wire : HttpMessageHandler
    {
        private readonly Queue<HttpResponseMessage> _answers = new();

        public List<Sent> Requests { get; } = [];

        public TableClientOptions Options => new() { Transport = new HttpClientTransport(this), Retry = { Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero } };

        public void Answer(int status, string body = "", string type = "application/json", string? etag = null, params (string Name, string Value)[] headers)
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            answer.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            foreach (var (name, value) in headers)
                answer.Headers.TryAddWithoutValidation(name, value);
            if (etag is not null)
                answer.Headers.TryAddWithoutValidation("ETag", etag);
            _answers.Enqueue(answer);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
            Requests.Add(new Sent(
                $"{request.Method} {request.RequestUri!.AbsoluteUri}",
                headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase),
                request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
            return _answers.Dequeue();
        }
    }

    private sealed record Sent(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
