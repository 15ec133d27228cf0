using Formae.Sdk;

namespace Formae.Plugins.Aws;

[ResourceType("AWS::S3::Object", Identifier = nameof(Id), Parent = "AWS::S3::Bucket")]
[ParentProperty(nameof(Aws.Bucket.Name), nameof(Bucket))]
[Description("An object in a bucket of S3, up to 1 MiB.")]
public sealed record BucketObject
{
    [CreateOnly, Description("The bucket's name.")]
    public required string Bucket { get; init; }

    [CreateOnly, Description("Its name in the bucket, up to 1024 bytes.")]
    public required string Key { get; init; }

    [OneOf("content"), Description("The content as text (UTF-8). Left out, and ContentBase64 too, it is an empty object.")]
    public string? Content { get; init; }

    [OneOf("content"), Description("The content as base64.")]
    public string? ContentBase64 { get; init; }

    [ProviderDefault, Description("Such as text/html. Default: by the ending of the key, else application/octet-stream.")]
    public string? ContentType { get; init; }

    [Description("Further names and values that go with the object. Names in lower case, values in ASCII.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [KeyedSet(nameof(Tag.Key)), Description("Up to ten.")]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly]
    public string? ETag { get; init; }

    [ReadOnly]
    public string? VersionId { get; init; }

    [ReadOnly]
    public long? Size { get; init; }
}
