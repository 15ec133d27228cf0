using System.Security.Cryptography;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>The content of a blob, between the two ways a document writes it and the bytes that the service keeps.</summary>
internal static class BlobContent
{
    /// <summary>A document and each message on its way hold the whole content, and a report may have 8 MiB.</summary>
    public const int Largest = 5 * 1024 * 1024;

    public static Problem? Parse(Blob desired, out byte[] content)
    {
        content = [];
        if (desired is { Content.Length: > 0, ContentBase64.Length: > 0 })
            return Problems.InvalidRequest("'ContentBase64': a blob has either Content or ContentBase64, not both.");
        if (!Form(desired).TryGetBytes(out content))
            return Problems.InvalidRequest("'ContentBase64' is no base64.");
        return content.Length > Largest ? Problems.ServiceLimit($"The content has {content.Length} bytes; a blob here may have {Largest}. Upload larger ones by a pipeline of their own.") : null;
    }

    public static Blob Show(Blob blob, ReadOnlyMemory<byte> content, Blob? form)
    {
        var shown = WrittenContent.Of(content.Span, form is null ? null : Form(form));
        return blob with
        {
            Content = shown.Text,
            ContentBase64 = shown.Base64 is { } encoded ? AsWritten(encoded, content.Span, form) : null,
            ContentHash = HashOf(content.Span),
            Size = content.Length,
        };
    }

    public static string HashOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>What the service keeps beside a content and hands to whoever reads it.</summary>
    public static string Md5Of(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));

    // With line breaks, too, where it was written so.
    private static string AsWritten(string encoded, ReadOnlySpan<byte> content, Blob? form) =>
        form is not null && Parse(form, out var written) is null && content.SequenceEqual(written) && form.ContentBase64 is { Length: > 0 } same ? same : encoded;

    // An empty ContentBase64 counts as none: the content is then the text.
    private static WrittenContent Form(Blob written) => new(written.Content, written.ContentBase64 is { Length: > 0 } encoded ? encoded : null);
}
