using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

[ResourceType("AzureStorage::Blob::Blob", Identifier = nameof(Id), Parent = "AzureStorage::Blob::Container", Portable = true)]
[ParentProperty(nameof(BlobContainer.Name), nameof(Container))]
[Description("A block blob of up to 5 MiB, with its content.")]
public sealed record Blob
{
    [CreateOnly, Description("The name of the container.")]
    public required string Container { get; init; }

    [CreateOnly, Description("1 to 1024 characters; slashes make virtual folders.")]
    public required string Name { get; init; }

    [OneOf("content"), Description("The content as text, stored as UTF-8. Left out, and ContentBase64 too, it is an empty blob.")]
    public string? Content { get; init; }

    [OneOf("content"), Description("The content as base64.")]
    public string? ContentBase64 { get; init; }

    [ProviderDefault, Description("What the content is, such as text/html. Default application/octet-stream.")]
    public string? ContentType { get; init; }

    [Description("How the content is packed, such as gzip.")]
    public string? ContentEncoding { get; init; }

    [Description("The content's language, such as en.")]
    public string? ContentLanguage { get; init; }

    [Description("How a browser shows it, such as attachment; filename=\"report.pdf\".")]
    public string? ContentDisposition { get; init; }

    [Description("How long it may be kept by others, such as max-age=3600.")]
    public string? CacheControl { get; init; }

    [Description("Texts by names of lower-case letters, digits and underscores.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [ProviderDefault, Description("What keeping and reading it costs: Hot, Cool or Cold. Archive, which cannot be read back, is not offered. Default: what the account says.")]
    public AccessTier? AccessTier { get; init; }

    [ReadOnly, Description("CONTAINER/NAME.")]
    public string? Id { get; init; }

    [ReadOnly, Description("The address of the blob.")]
    public string? Url { get; init; }

    [ReadOnly, Description("SHA-256 of the content, in lower-case hex digits.")]
    public string? ContentHash { get; init; }

    [ReadOnly, Description("The size of the content in bytes.")]
    public long? Size { get; init; }

    [ReadOnly, Description("Names this very version of the blob.")]
    public string? ETag { get; init; }
}

/// <summary>What keeping and reading a blob costs.</summary>
public enum AccessTier
{
    Hot,
    Cool,
    Cold,
}
