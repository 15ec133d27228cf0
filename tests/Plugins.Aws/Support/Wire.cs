using System.Net;
using System.Text;

namespace Formae.Plugins.Aws.Tests;

/// <summary>AWS as the test wants it: each request is answered by the first answer that takes it, and remembered.</summary>
internal sealed class Wire : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<(Func<Sent, bool> Takes, Func<Sent, Reply> Answer)> _answers = [];
    private readonly List<Sent> _sent = [];

    public IReadOnlyList<Sent> All
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    /// <summary>The one request of this name.</summary>
    public Sent Single(string call) => Assert.Single(All, sent => sent.Call == call);

    public Wire On(string call, string body = "", HttpStatusCode status = HttpStatusCode.OK, params (string Name, string Value)[] headers) => On(call, _ => new Reply(status, body, headers));

    public Wire On(string call, Func<Sent, Reply> answer)
    {
        _answers.Add((sent => sent.Call == call, answer));
        return this;
    }

    /// <summary>One after the other; the last one stays.</summary>
    public Wire OnSequence(string call, params Reply[] replies)
    {
        var next = 0;
        return On(call, _ => replies[Math.Min(next++, replies.Length - 1)]);
    }

    /// <summary>An error as S3 writes it.</summary>
    public static Reply S3Error(string code, HttpStatusCode status, params (string Name, string Value)[] headers) => new(status,
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>As the test wants it.</Message><RequestId>R1</RequestId></Error>", [("Content-Type", "application/xml"), .. headers]);

    /// <summary>An error as DynamoDB writes it.</summary>
    public static Reply DynamoError(string code, HttpStatusCode status = HttpStatusCode.BadRequest, string message = "As the test wants it.", params (string Name, string Value)[] headers) => new(status,
        $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{code}}","message":"{{message}}"}""", [("Content-Type", "application/x-amz-json-1.0"), .. headers]);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = await Sent.OfAsync(request, cancellationToken);
        Reply reply;
        lock (_lock)
        {
            _sent.Add(sent);
            var answer = _answers.Find(one => one.Takes(sent)).Answer ?? throw new InvalidOperationException($"Nobody answers {sent.Call}: {request.Method} {request.RequestUri}");
            reply = answer(sent);
        }

        var response = new HttpResponseMessage(reply.Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(reply.Body)), RequestMessage = request };
        foreach (var (name, value) in reply.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}

internal sealed record Reply(HttpStatusCode Status, string Body, params (string Name, string Value)[] Headers);

/// <summary>A request as it left.</summary>
/// <param name="Call">DynamoDB's operation, or the method, what it is about and the sub-resource: <c>PUT bucket?tagging</c>, <c>GET object</c>.</param>
/// <param name="Uri">Where to.</param>
/// <param name="Body">Its bytes as text.</param>
/// <param name="Headers">Its headers, names in lower case.</param>
internal sealed record Sent(string Call, Uri Uri, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public static async Task<Sent> OfAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []).ToDictionary(one => one.Key.ToLowerInvariant(), one => string.Join(',', one.Value), StringComparer.Ordinal);
        return new Sent(headers.TryGetValue("x-amz-target", out var target) ? target.Split('.')[1] : CallOf(request), request.RequestUri!, body, headers);
    }

    private static string CallOf(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        if (uri.Host.StartsWith("sts.", StringComparison.Ordinal))
            return "AssumeRole";

        // On AWS the bucket is in the host's name, on other servers it comes first in the path.
        var path = uri.AbsolutePath.Trim('/');
        var isPathStyle = uri.Host is "127.0.0.1" or "localhost";
        var key = isPathStyle ? path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[(slash + 1)..] : "" : path;
        var about = isPathStyle && path.Length == 0 || uri.Host.StartsWith("s3.", StringComparison.Ordinal) ? "service" : key.Length > 0 ? "object" : "bucket";
        var subresource = uri.Query.TrimStart('?').Split('&').Select(one => one.Split('=')[0]).FirstOrDefault(one => one is "tagging" or "policy" or "versioning" or "versions" or "delete" or "lifecycle" or "list-type");
        return $"{request.Method.Method} {about}{(subresource is null ? "" : "?" + subresource)}";
    }
}
