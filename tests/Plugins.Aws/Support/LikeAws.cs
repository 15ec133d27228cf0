using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;
using System.Xml.Linq;
using Formae.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(S3Server))]
[assembly: AssemblyFixture(typeof(DynamoServer))]

namespace Formae.Plugins.Aws.Tests;

/// <summary>
/// A server before s3rver and dynalite that makes them like AWS where they are not. What s3rver lacks of buckets (tags, policies, lifecycles, versioning and <see cref="BucketVersions"/>) is kept here as the documents that were put, and shown again as S3
/// does (accounts in policies by the ARN of their root), and it learns to remove the tags of an object; the tags of a create, which dynalite passes over, are written, and indexes that were removed are shown no longer. And a request takes place as a whole: s3rver shows an object before all of it is written, and leaves half of it where a client has hung up.
/// </summary>
public sealed partial class LikeAws(S3Server s3, DynamoServer dynamo) : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Never = new(StringComparer.Ordinal)
    {
        ["tagging"] = "NoSuchTagSet",
        ["policy"] = "NoSuchBucketPolicy",
        ["lifecycle"] = "NoSuchLifecycleConfiguration",
        ["versioning"] = "",
    };

    private readonly ConcurrentDictionary<(string Bucket, string Subresource), string> _documents = new();
    private readonly BucketVersions _versions = new();
    private readonly ConcurrentDictionary<string, IReadOnlySet<string>> _removedIndexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private WebApplication? _app;

    /// <summary>Both services.</summary>
    public string Endpoint => s3.Endpoint.Length + dynamo.Endpoint.Length > 0 ? _app!.Urls.Single() : "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var isDynamo = context.Request.Headers.ContainsKey("x-amz-target");
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri((isDynamo ? dynamo.Endpoint : s3.Endpoint) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = body.Length > 0 || context.Request.Method is "PUT" or "POST" ? new ByteArrayContent(body.ToArray()) : null,
        };
        foreach (var (name, values) in context.Request.Headers.Where(one => one.Key is not ("Host" or "Content-Length" or "Connection" or "Expect")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        // What was taken is done, although nobody may wait for it any more.
        using var answer = await InTurnAsync(request, await Sent.OfAsync(request, CancellationToken.None), isDynamo);
        var bytes = await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(one => one.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")))
            context.Response.Headers[name] = values.ToArray();
        if (context.Request.Method != "HEAD" && answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private async Task<HttpResponseMessage> InTurnAsync(HttpRequestMessage request, Sent sent, bool isDynamo)
    {
        var turn = _turns.GetOrAdd(isDynamo ? $"table {JsonNode.Parse(sent.Body)?["TableName"]}" : sent.Uri.AbsolutePath, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(CancellationToken.None);
        try
        {
            return isDynamo ? await DynamoAsync(request, sent) : await S3Async(request, sent);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<HttpResponseMessage> DynamoAsync(HttpRequestMessage request, Sent sent)
    {
        if (sent.Call == "UpdateTable" && await IsBusyAsync(request, sent))
            return new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("""{"__type":"com.amazonaws.dynamodb.v20120810#ResourceInUseException","message":"The table is being updated."}""", Encoding.UTF8, "application/x-amz-json-1.0") };
        var answer = await WithoutRemovedIndexesAsync(await _http.SendAsync(request), sent);
        if (sent.Call != "CreateTable" || !answer.IsSuccessStatusCode || JsonNode.Parse(sent.Body)!["Tags"] is not { } tags)
            return answer;
        var made = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        using var tagging = Copy(request, HttpMethod.Post, request.RequestUri!);
        tagging.Headers.Remove("X-Amz-Target");
        tagging.Headers.TryAddWithoutValidation("X-Amz-Target", "DynamoDB_20120810.TagResource");
        tagging.Content = new StringContent(new JsonObject { ["ResourceArn"] = made["TableDescription"]!["TableArn"]!.DeepClone(), ["Tags"] = tags.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.0");
        using var tagged = await _http.SendAsync(tagging);
        tagged.EnsureSuccessStatusCode();
        return answer;
    }

    // dynalite takes a change of a table that is being changed, and then leaves it UPDATING for ever.
    private async Task<bool> IsBusyAsync(HttpRequestMessage request, Sent sent)
    {
        using var asking = Copy(request, HttpMethod.Post, request.RequestUri!);
        asking.Headers.Remove("X-Amz-Target");
        asking.Headers.TryAddWithoutValidation("X-Amz-Target", "DynamoDB_20120810.DescribeTable");
        asking.Content = new StringContent(new JsonObject { ["TableName"] = JsonNode.Parse(sent.Body)!["TableName"]!.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.0");
        using var answer = await _http.SendAsync(asking);
        return answer.IsSuccessStatusCode && (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["Table"]?["TableStatus"] is not "ACTIVE";
    }

    private async Task<HttpResponseMessage> WithoutRemovedIndexesAsync(HttpResponseMessage answer, Sent sent)
    {
        var asked = JsonNode.Parse(sent.Body);
        if (!answer.IsSuccessStatusCode || (string?)asked?["TableName"] is not { } table)
            return answer;
        if (sent.Call is "CreateTable" or "DeleteTable")
            _removedIndexes.TryRemove(table, out _);
        var removed = (asked["GlobalSecondaryIndexUpdates"] as JsonArray ?? []).Select(update => (string?)update?["Delete"]?["IndexName"]).OfType<string>().ToList();
        if (removed.Count > 0)
            _removedIndexes.AddOrUpdate(table, removed.ToHashSet(), (_, others) => others.Concat(removed).ToHashSet());
        if (!_removedIndexes.TryGetValue(table, out var gone))
            return answer;
        var shown = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        if ((shown?["Table"] ?? shown?["TableDescription"])?["GlobalSecondaryIndexes"] is not JsonArray indexes)
            return answer;
        foreach (var index in indexes.Where(index => gone.Contains((string?)index?["IndexName"] ?? "")).ToList())
            indexes.Remove(index);
        return new HttpResponseMessage(answer.StatusCode) { Content = new StringContent(shown!.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.0") };
    }

    private async Task<HttpResponseMessage> S3Async(HttpRequestMessage request, Sent sent)
    {
        var bucket = sent.Uri.AbsolutePath.Trim('/');
        if (sent.Call == "DELETE object?tagging")
        {
            using var emptying = Copy(request, HttpMethod.Put, request.RequestUri!);
            emptying.Content = new StringContent("<Tagging><TagSet /></Tagging>", Encoding.UTF8, "application/xml");
            using var emptied = await _http.SendAsync(emptying);
            return emptied.IsSuccessStatusCode ? new HttpResponseMessage(HttpStatusCode.NoContent) : Error("NoSuchKey");
        }

        if (sent.Call == "GET bucket?versions")
            return Text(HttpStatusCode.OK, _versions.Page(bucket, await KeysAsync(request, bucket), int.Parse(HttpUtility.ParseQueryString(sent.Uri.Query)["max-keys"]!, CultureInfo.InvariantCulture)));
        if (sent.Call == "POST bucket?delete")
            return await DeleteManyAsync(request, bucket, XDocument.Parse(sent.Body));
        if (sent.Call == "DELETE bucket" && _versions.HasAny(bucket))
            return Error("BucketNotEmpty", HttpStatusCode.Conflict);
        if (sent.Call is "PUT object" or "DELETE object" && bucket.Split('/', 2) is [var place, var key] && _documents.TryGetValue((place, "versioning"), out var versioning) && versioning.Contains("Enabled", StringComparison.Ordinal))
        {
            var changed = await _http.SendAsync(request);
            if (changed.IsSuccessStatusCode)
                changed.Headers.Add("x-amz-version-id", _versions.Add(place, Uri.UnescapeDataString(key), isMarker: request.Method == HttpMethod.Delete));
            return changed;
        }

        if (sent.Call.Split('?') is not ["PUT bucket" or "GET bucket" or "DELETE bucket", var subresource] || !Never.TryGetValue(subresource, out var never))
        {
            var answer = await _http.SendAsync(request);
            if (answer.IsSuccessStatusCode && sent is { Call: "PUT bucket", Body.Length: > 0 })
                KeepTags(bucket, sent.Body);
            if (answer.IsSuccessStatusCode && sent.Call is "DELETE bucket")
                Never.Keys.ToList().ForEach(one => _documents.TryRemove((bucket, one), out _));
            return answer;
        }

        // Whether there is such a bucket the real server says.
        using var head = await _http.SendAsync(Copy(request, HttpMethod.Head, new Uri(request.RequestUri!, "/" + bucket)));
        if (!head.IsSuccessStatusCode)
            return Error("NoSuchBucket");
        if (request.Method == HttpMethod.Put)
            _documents[(bucket, subresource)] = sent.Body;
        if (request.Method == HttpMethod.Delete)
            _documents.TryRemove((bucket, subresource), out _);
        if (request.Method != HttpMethod.Get)
            return Text(HttpStatusCode.OK, "");
        return _documents.TryGetValue((bucket, subresource), out var document) ? Text(HttpStatusCode.OK, subresource == "policy" ? AccountNumber().Replace(document, "arn:aws:iam::$1:root") : document)
            : never.Length > 0 ? Error(never)
            : Text(HttpStatusCode.OK, "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
    }

    private async Task<List<string>> KeysAsync(HttpRequestMessage request, string bucket)
    {
        using var listing = await _http.SendAsync(Copy(request, HttpMethod.Get, new Uri(request.RequestUri!, $"/{bucket}?list-type=2")));
        return [.. XDocument.Parse(await listing.Content.ReadAsStringAsync()).Descendants().Where(one => one.Name.LocalName == "Key").Select(one => one.Value)];
    }

    private async Task<HttpResponseMessage> DeleteManyAsync(HttpRequestMessage request, string bucket, XDocument asked)
    {
        foreach (var one in asked.Descendants().Where(element => element.Name.LocalName == "Object"))
        {
            var (key, id) = (one.Elements().Single(part => part.Name.LocalName == "Key").Value, one.Elements().Single(part => part.Name.LocalName == "VersionId").Value);
            if (_versions.Remove(bucket, key, id))
                (await _http.SendAsync(Copy(request, HttpMethod.Delete, new Uri(request.RequestUri!, $"/{bucket}/{Uri.EscapeDataString(key)}")))).EnsureSuccessStatusCode().Dispose();
        }

        return Text(HttpStatusCode.OK, "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>");
    }

    private void KeepTags(string bucket, string body)
    {
        var tags = XDocument.Parse(body).Descendants().Where(one => one.Name.LocalName == "Tag").ToList();
        if (tags.Count > 0)
            _documents[(bucket, "tagging")] = $"<Tagging><TagSet>{string.Concat(tags.Select(tag => $"<Tag>{string.Concat(tag.Elements().Select(part => new XElement(part.Name.LocalName, part.Value)))}</Tag>"))}</TagSet></Tagging>";
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, HttpMethod method, Uri uri)
    {
        var copy = new HttpRequestMessage(method, uri);
        foreach (var (name, values) in request.Headers)
            copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    private static HttpResponseMessage Error(string code, HttpStatusCode status = HttpStatusCode.NotFound) => Text(status, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");

    private static HttpResponseMessage Text(HttpStatusCode status, string text) => new(status) { Content = new StringContent(text, Encoding.UTF8, "application/xml") };

    [GeneratedRegex("(?<=\")([0-9]{12})(?=\")")]
    private static partial Regex AccountNumber();
}
