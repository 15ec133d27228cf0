using Azure.Core;
using Formae.Plugins.AzureStorage.Transport;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>Changes what stands beside a blob's content, step by step, each on the condition that nobody was there since the step before.</summary>
internal sealed class BlobChange(StorageClient blobs, string path, string etag)
{
    public string ETag { get; private set; } = etag;

    /// <returns>The step that failed; null when there was none.</returns>
    public async Task<Answer?> PropertiesAsync(Blob before, Blob desired, ReadOnlyMemory<byte> content, string? mark, CancellationToken cancellation)
    {
        if (!BlobUpload.SameHeaders(before, desired)
            && await StepAsync("properties", put => BlobUpload.WriteHeaders(put, desired, content), cancellation).ConfigureAwait(false) is { } headers)
        {
            return headers;
        }

        if (!Metadata.Same(before.Metadata, desired.Metadata)
            && await StepAsync("metadata", put => Metadata.Write(put, desired.Metadata, mark), cancellation).ConfigureAwait(false) is { } metadata)
        {
            return metadata;
        }

        // A tier knows no condition of this kind, and changes no ETag.
        if (before.AccessTier == desired.AccessTier || desired.AccessTier is not { } tier)
            return null;
        var moved = await blobs.SendAsync(RequestMethod.Put, $"{path}?comp=tier", cancellation, put => put.Headers.Add("x-ms-access-tier", tier.ToString())).ConfigureAwait(false);
        return moved.IsSuccess ? null : moved;
    }

    private async Task<Answer?> StepAsync(string part, Action<Request> write, CancellationToken cancellation)
    {
        var written = await blobs.SendAsync(RequestMethod.Put, $"{path}?comp={part}", cancellation, put =>
        {
            put.Headers.Add("If-Match", ETag);
            write(put);
        }).ConfigureAwait(false);
        if (!written.IsSuccess)
            return written;
        ETag = written.ETag ?? ETag;
        return null;
    }
}
