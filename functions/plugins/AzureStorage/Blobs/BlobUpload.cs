using System.Globalization;
using System.Text;
using Azure.Core;
using Formae.Plugins.AzureStorage.Transport;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>Writes blobs: a small one in one request, a large one in blocks that become the blob in one step at the end. Nobody ever sees half of it.</summary>
internal static class BlobUpload
{
    public const int BlockSize = 1024 * 1024;

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
    public static async Task<Answer> WriteAsync(StorageClient blobs, string path, Blob blob, ReadOnlyMemory<byte> content, string? mark, (string Header, string Value) condition, CancellationToken cancellation)
    {
        if (content.Length <= BlockSize)
        {
            return await blobs.SendAsync(RequestMethod.Put, path, cancellation, put =>
            {
                put.Headers.Add("x-ms-blob-type", "BlockBlob");
                WriteProperties(put);
                put.Content = RequestContent.Create(content);
            }).ConfigureAwait(false);
        }

        var blocks = new List<string>();
        for (var start = 0; start < content.Length; start += BlockSize)
        {
            var block = content.Slice(start, Math.Min(BlockSize, content.Length - start));
            var id = Convert.ToBase64String(Encoding.ASCII.GetBytes(blocks.Count.ToString("D8", CultureInfo.InvariantCulture)));
            var staged = await blobs.SendAsync(RequestMethod.Put, $"{path}?comp=block&blockid={Names.Escaped(id)}", cancellation, put => put.Content = RequestContent.Create(block)).ConfigureAwait(false);
            if (!staged.IsSuccess)
                return staged;
            blocks.Add(id);
        }

        var list = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(blocks.Select(id => $"<Uncommitted>{id}</Uncommitted>"))}</BlockList>";
        return await blobs.SendAsync(RequestMethod.Put, $"{path}?comp=blocklist", cancellation, put =>
        {
            put.Headers.Add("Content-Type", "application/xml");
            WriteProperties(put);
            put.Content = RequestContent.Create(new BinaryData(list));
        }).ConfigureAwait(false);

        void WriteProperties(Request put)
        {
            put.Headers.Add(condition.Header, condition.Value);
            WriteHeaders(put, blob, content);
            Metadata.Write(put, blob.Metadata, mark);
            if (blob.AccessTier is { } tier)
                put.Headers.Add("x-ms-access-tier", tier.ToString());
        }
    }

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
