using System.Globalization;
using System.Xml.Linq;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Messaging.Payloads;

/// <summary>Payloads in a container of Blob storage, over its REST protocol.</summary>
public sealed class BlobPayloads : PayloadStore
{
    /// <summary>The container; it is made when the first payload is left.</summary>
    public const string Container = "formae-payloads";

    /// <summary>The version of the protocol that the requests are written for.</summary>
    private const string ProtocolVersion = "2021-12-02";

    private readonly Uri _container;
    private readonly HttpPipeline _pipeline;

    /// <summary>Reached with an app's identity.</summary>
    /// <param name="service">The blob endpoint of the account.</param>
    /// <param name="credential">The identity; it needs the role Storage Blob Data Contributor.</param>
    public BlobPayloads(Uri service, TokenCredential credential)
        : this(service, new BearerTokenAuthenticationPolicy(credential, "https://storage.azure.com/.default"))
    {
    }

    /// <summary>Reached with the key of an account.</summary>
    /// <param name="connectionString">The connection string of a storage account, or <c>UseDevelopmentStorage=true</c>.</param>
    /// <exception cref="FormatException">It is no such text; the message says why.</exception>
    public BlobPayloads(string connectionString)
        : this(BlobAccount.Parse(connectionString))
    {
    }

    private BlobPayloads(BlobAccount account)
        : this(account.Service, new SharedKeyPolicy(account))
    {
    }

    private BlobPayloads(Uri service, HttpPipelinePolicy authentication)
    {
        _container = new Uri($"{service.AbsoluteUri.TrimEnd('/')}/{Container}");
        _pipeline = HttpPipelineBuilder.Build(new Options(), authentication);
    }

    /// <inheritdoc />
    public override async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        using var answer = await SendAsync(RequestMethod.Delete, BlobOf(name), cancellation).ConfigureAwait(false);
        Accept(answer, 202, 404);
    }

    /// <inheritdoc />
    public override async Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation)
    {
        // The service counts seconds, and what was left within this one is not older.
        using var answer = await SendAsync(RequestMethod.Delete, BlobOf(name), cancellation, request =>
            request.Headers.Add("If-Unmodified-Since", (before - TimeSpan.FromSeconds(1)).ToUniversalTime().ToString("R", CultureInfo.InvariantCulture))).ConfigureAwait(false);
        Accept(answer, 202, 404, 412);
        return answer.Status != 412;
    }

    /// <inheritdoc />
    public override async Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation)
    {
        var count = 0;
        string? marker = null;
        do
        {
            var page = await ListAsync(area, marker, cancellation).ConfigureAwait(false);
            foreach (var (name, leftAt) in page.Blobs)
            {
                if (leftAt < before && await DeleteIfOlderAsync(name, before, cancellation).ConfigureAwait(false))
                    count++;
            }

            marker = page.Next;
        }
        while (marker is not null);
        return count;
    }

    /// <inheritdoc />
    protected override async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        for (var isContainerMade = false; ; isContainerMade = true)
        {
            using var answer = await SendAsync(RequestMethod.Put, BlobOf(name), cancellation, request =>
            {
                request.Headers.Add("x-ms-blob-type", "BlockBlob");
                request.Headers.Add("Content-Type", "application/octet-stream");
                request.Content = RequestContent.Create(content);
            }).ConfigureAwait(false);
            if (answer.Status != 404 || isContainerMade)
            {
                Accept(answer, 201);
                return;
            }

            using var made = await SendAsync(RequestMethod.Put, new Uri($"{_container.AbsoluteUri}?restype=container"), cancellation).ConfigureAwait(false);
            Accept(made, 201, 409);
        }
    }

    /// <inheritdoc />
    protected override async Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation)
    {
        using var answer = await SendAsync(RequestMethod.Get, BlobOf(name), cancellation).ConfigureAwait(false);
        Accept(answer, 200, 404);
        return answer.Status == 404 ? null : answer.Content;
    }

    private async Task<(IReadOnlyList<(string Name, DateTimeOffset LeftAt)> Blobs, string? Next)> ListAsync(string area, string? marker, CancellationToken cancellation)
    {
        var query = $"?restype=container&comp=list&prefix={area}%2F" + (marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}");
        using var answer = await SendAsync(RequestMethod.Get, new Uri(_container.AbsoluteUri + query), cancellation).ConfigureAwait(false);
        Accept(answer, 200, 404);
        if (answer.Status == 404)
            return ([], null);
        var list = XDocument.Parse(answer.Content.ToString()).Root!;
        return (
            [.. list.Descendants("Blob").Select(blob => (blob.Element("Name")!.Value, DateTimeOffset.Parse(blob.Element("Properties")!.Element("Last-Modified")!.Value, CultureInfo.InvariantCulture)))],
            list.Element("NextMarker")?.Value is { Length: > 0 } next ? next : null);
    }

    private async Task<Response> SendAsync(RequestMethod method, Uri place, CancellationToken cancellation, Action<Request>? write = null)
    {
        using var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(place);
        message.Request.Headers.Add("x-ms-version", ProtocolVersion);
        write?.Invoke(message.Request);
        await _pipeline.SendAsync(message, cancellation).ConfigureAwait(false);
        return message.Response;
    }

    private static void Accept(Response answer, params ReadOnlySpan<int> expected)
    {
        if (expected.Contains(answer.Status))
            return;
        var code = answer.Headers.TryGetValue("x-ms-error-code", out var named) ? named : null;
        throw new RequestFailedException(answer.Status, $"Blob storage refused a payload: {answer.Status} {code ?? answer.ReasonPhrase}.", code, null);
    }

    private Uri BlobOf(string name) => new($"{_container.AbsoluteUri}/{Checked(name)}");

    /// <summary>Retries, time-outs and logs as all clients of Azure have them.</summary>
    private sealed class Options : ClientOptions;
}
