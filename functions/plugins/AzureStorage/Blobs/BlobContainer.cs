using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

[ResourceType("AzureStorage::Blob::Container", Identifier = nameof(Name), Portable = true)]
[Description("A container of blobs. Deleting it deletes the blobs in it.")]
public sealed record BlobContainer
{
    [CreateOnly, Description("3 to 63 lower-case letters, digits and single hyphens; or $root, or $web.")]
    public required string Name { get; init; }

    [ProviderDefault, Description("What anybody may read without a credential: None, each Blob whose name is known, or the whole Container. The account must allow it. Default None.")]
    public PublicAccess? PublicAccess { get; init; }

    [Description("Texts by names of lower-case letters, digits and underscores.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [ReadOnly, Description("The address of the container.")]
    public string? Url { get; init; }
}

/// <summary>What anybody may read.</summary>
public enum PublicAccess
{
    None,
    Blob,
    Container,
}
