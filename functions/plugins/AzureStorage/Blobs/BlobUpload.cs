using Azure.Core;
using Formae.Plugins.AzureStorage.Transport;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>
/// Writes a blob in one request: nobody ever sees half of it. Blocks would be staged for the blob and not for who writes it, and those of two that write at the same time could become one content.
/// </summary>
internal static class BlobUpload
{
    private static readonly (string Header, Func<Blob, string?> Value)[] ContentHeaders =
    [
        ("x-ms-blob-content-type", blob => blob.ContentType),
        ("x-ms-blob-content-encoding", blob => blob.ContentEncoding),
        ("x-ms-blob-content-language", blob => blob.ContentLanguage),
        ("x-ms-blob-content-disposition", blob => blob.ContentDisposition),
        ("x-ms-blob-cache-control", blob => blob.CacheControl),
    ];

    /// <param name="blobs">The service.</param>
    /// <param name="path">The blob's address.</param>
    /// <param name="blob">What it shall be, but for its content.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mark">Which create made it.</param>
    /// <param name="condition">The header that says on which condition it is written.</param>
    /// <param name="cancellation">Ends it before it is written.</param>
    public static Task<Answer> WriteAsync(StorageClient blobs, string path, Blob blob, ReadOnlyMemory<byte> content, string? mark, (string Header, string Value) condition, CancellationToken cancellation) =>
        blobs.SendAsync(RequestMethod.Put, path, cancellation, put =>
        {
            put.Headers.Add("x-ms-blob-type", "BlockBlob");
            put.Headers.Add(condition.Header, condition.Value);
            WriteHeaders(put, blob, content);
            Metadata.Write(put, blob.Metadata, mark);
            if (blob.AccessTier is { } tier)
                put.Headers.Add("x-ms-access-tier", tier.ToString());
            put.Content = RequestContent.Create(content);
        });

    /// <summary>The headers that readers get; each that is not written is emptied by the service.</summary>
    public static void WriteHeaders(Request put, Blob blob, ReadOnlyMemory<byte> content)
    {
        foreach (var (header, value) in ContentHeaders)
        {
            if (value(blob) is { Length: > 0 } given)
                put.Headers.Add(header, given);
        }

        put.Headers.Add("x-ms-blob-content-md5", BlobContent.Md5Of(content.Span));
    }

    public static bool SameHeaders(Blob one, Blob other) => ContentHeaders.All(header => (header.Value(one) ?? "") == (header.Value(other) ?? ""));
}
