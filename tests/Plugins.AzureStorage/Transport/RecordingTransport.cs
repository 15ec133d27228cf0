using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Plugins.AzureStorage.Tests.Transport;

/// <summary>Answers requests as a test wants it, and keeps what was asked.</summary>
internal sealed class RecordingTransport(Func<Recorded, Canned> answer) : HttpPipelineTransport
{
    private readonly HttpClientTransport _requests = new();

    public List<Recorded> Seen { get; } = [];

    public override Request CreateRequest() => _requests.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The plugin asks asynchronously only.");

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        message.CancellationToken.ThrowIfCancellationRequested();
        var request = message.Request;
        var recorded = new Recorded(request.Method.ToString(), request.Uri.ToUri(), request.Headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase));
        lock (Seen)
            Seen.Add(recorded);
        message.Response = new CannedResponse(answer(recorded));
        return ValueTask.CompletedTask;
    }
}

/// <summary>A request that was sent.</summary>
internal sealed record Recorded(string Method, Uri Uri, IReadOnlyDictionary<string, string> Headers);

/// <summary>An answer.</summary>
internal sealed record Canned(int Status, string Body = "", params (string Name, string Value)[] Headers)
{
    public static Canned Error(int status, string? code, string body = "", params (string Name, string Value)[] headers) =>
        new(status, body, code is null ? headers : [("x-ms-error-code", code), .. headers]);
}

internal sealed class CannedResponse(Canned canned) : Azure.Response
{
    private readonly Dictionary<string, string> _headers = canned.Headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);

    public override int Status => canned.Status;

    public override string ReasonPhrase => "Canned";

    public override Stream? ContentStream { get; set; } = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(canned.Body));

    public override string ClientRequestId { get; set; } = "";

    public override void Dispose() => ContentStream?.Dispose();

    protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers.Select(header => new HttpHeader(header.Key, header.Value));

    protected override bool TryGetHeader(string name, out string value) => _headers.TryGetValue(name, out value!);

    protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
    {
        var found = _headers.TryGetValue(name, out var value);
        values = found ? [value!] : [];
        return found;
    }
}
