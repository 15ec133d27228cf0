using System.Globalization;
using System.Xml.Linq;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Messaging.Payloads;

/// <summary>A container of Blob storage, over its REST protocol.</summary>
internal sealed class BlobContainer
{
    /// <summary>The version of the protocol that the requests are written for.</summary>
    private const string ProtocolVersion = "2021-12-02";

    private readonly Uri _container;
    private readonly HttpPipeline _pipeline;
    private readonly string _content;

    /// <summary>Reached with an app's identity.</summary>
    /// <param name="service">The blob endpoint of the account.</param>
    /// <param name="credential">The identity.</param>
    /// <param name="name">The container.</param>
    /// <param name="content">What is kept in it, for messages.</param>
    /// <param name="options">Retries and time-outs; null: as all clients of Azure have them.</param>
    public BlobContainer(Uri service, TokenCredential credential, string name, string content, ClientOptions? options = null)
        : this(service, new BearerTokenAuthenticationPolicy(credential, "https://storage.azure.com/.default"), name, content, options)
    {
    }

    /// <summary>Reached with the key of an account.</summary>
    public BlobContainer(BlobAccount account, string name, string content, ClientOptions? options = null)
        : this(account.Service, new SharedKeyPolicy(account), name, content, options)
    {
    }

    private BlobContainer(Uri service, HttpPipelinePolicy authentication, string name, string content, ClientOptions? options)
    {
        _container = new Uri($"{service.AbsoluteUri.TrimEnd('/')}/{name}");
        _pipeline = HttpPipelineBuilder.Build(options ?? new Options(), authentication);
        _content = content;
    }

    public Uri BlobOf(string name) => new($"{_container.AbsoluteUri}/{name}");

    public async Task<Response> SendAsync(RequestMethod method, Uri place, CancellationToken cancellation, Action<Request>? write = null)
    {
        using var message = Message(method, place, write);
        await _pipeline.SendAsync(message, cancellation).ConfigureAwait(false);
        return message.Response;
    }

    /// <summary>For callers that cannot wait otherwise.</summary>
    public Response Send(RequestMethod method, Uri place, Action<Request>? write = null)
    {
        using var message = Message(method, place, write);
        _pipeline.Send(message, CancellationToken.None);
        return message.Response;
    }

    /// <summary>Writes a blob; where there is no container yet, makes it first.</summary>
    /// <returns>The last answer, whatever it says.</returns>
    public async Task<Response> PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var answer = await SendAsync(RequestMethod.Put, BlobOf(name), cancellation, request => Fill(request, content, "application/octet-stream")).ConfigureAwait(false);
        if (answer.Status != 404)
            return answer;
        answer.Dispose();
        using (var made = await SendAsync(RequestMethod.Put, Place(""), cancellation).ConfigureAwait(false))
            AcceptMade(made, "ContainerAlreadyExists");
        return await SendAsync(RequestMethod.Put, BlobOf(name), cancellation, request => Fill(request, content, "application/octet-stream")).ConfigureAwait(false);
    }

    /// <summary>The same for callers that cannot wait, for a blob that must not be there yet.</summary>
    public Response PutNew(string name, ReadOnlyMemory<byte> content, string contentType)
    {
        var answer = SendNew();
        if (answer.Status != 404)
            return answer;
        answer.Dispose();
        using (var made = Send(RequestMethod.Put, Place("")))
            AcceptMade(made, "ContainerAlreadyExists");
        return SendNew();

        Response SendNew() => Send(RequestMethod.Put, BlobOf(name), request =>
        {
            request.Headers.Add("If-None-Match", "*");
            Fill(request, content, contentType);
        });
    }

    /// <summary>Where a page of the blobs is listed whose names begin so.</summary>
    public Uri ListOf(string prefix, string? marker) =>
        Place("&comp=list" + (prefix.Length == 0 ? "" : $"&prefix={Uri.EscapeDataString(prefix)}") + (marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}"));

    /// <summary>Reads a page.</summary>
    public static (IReadOnlyList<(string Name, DateTimeOffset LeftAt)> Blobs, string? Next) ReadList(Response answer)
    {
        var list = XDocument.Parse(answer.Content.ToString()).Root!;
        return (
            [.. list.Descendants("Blob").Select(blob => (blob.Element("Name")!.Value, DateTimeOffset.Parse(blob.Element("Properties")!.Element("Last-Modified")!.Value, CultureInfo.InvariantCulture)))],
            list.Element("NextMarker")?.Value is { Length: > 0 } next ? next : null);
    }

    /// <exception cref="RequestFailedException">The service says something else.</exception>
    public void Accept(Response answer, params ReadOnlySpan<int> expected)
    {
        if (!expected.Contains(answer.Status))
            throw new RequestFailedException(answer.Status, $"Blob storage refused {_content}: {answer.Status} {CodeOf(answer) ?? answer.ReasonPhrase}.", CodeOf(answer), null);
    }

    /// <summary>It was made now, or was there.</summary>
    /// <exception cref="RequestFailedException">It is not there. A status alone does not tell: what is just being deleted conflicts, too.</exception>
    public void AcceptMade(Response answer, string thereAlready)
    {
        if (answer.Status != 409 || CodeOf(answer) != thereAlready)
            Accept(answer, 201);
    }

    private static string? CodeOf(Response answer) => answer.Headers.TryGetValue("x-ms-error-code", out var code) ? code : null;

    private static void Fill(Request request, ReadOnlyMemory<byte> content, string contentType)
    {
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        request.Headers.Add("Content-Type", contentType);
        request.Content = RequestContent.Create(content);
    }

    private Uri Place(string query) => new($"{_container.AbsoluteUri}?restype=container{query}");

    private HttpMessage Message(RequestMethod method, Uri place, Action<Request>? write)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(place);
        message.Request.Headers.Add("x-ms-version", ProtocolVersion);
        write?.Invoke(message.Request);
        return message;
    }

    /// <summary>Retries, time-outs and logs as all clients of Azure have them.</summary>
    private sealed class Options : ClientOptions;
}
