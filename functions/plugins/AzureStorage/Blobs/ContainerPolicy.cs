using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

[ResourceType("AzureStorage::Blob::ContainerPolicy", Identifier = nameof(Id), Parent = "AzureStorage::Blob::Container", Portable = true)]
[ParentProperty(nameof(BlobContainer.Name), nameof(Container))]
[Description("A stored access policy of a container: shared access signatures that name it may do what it says, and end with it. A container has up to five.")]
public sealed record ContainerPolicy
{
    [CreateOnly, Description("The name of the container.")]
    public required string Container { get; init; }

    [CreateOnly, Description("Up to 64 characters, unique in the container; signatures name it as their 'si'.")]
    public required string Name { get; init; }

    [Description("When signatures begin to hold: a time such as 2026-01-01T00:00:00Z. Default: at once, or what the signature says.")]
    public string? Start { get; init; }

    [Description("When they end: a time such as 2027-01-01T00:00:00Z. Default: what the signature says.")]
    public string? Expiry { get; init; }

    [Description("What they allow, a letter each: r read, a add, c create, w write, d delete, x delete version, y delete for good, l list, t tags, m move, e execute, o owner, p permissions, i immutability. Default: what the signature says.")]
    public string? Permissions { get; init; }

    [ReadOnly, Description("CONTAINER/NAME.")]
    public string? Id { get; init; }
}
