using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

[ResourceType("FakeAWS::S3::Bucket", Identifier = nameof(BucketName), Portable = true)]
[Description("A place for objects.")]
public sealed record Bucket
{
    [CreateOnly, ProviderDefault, Description("Unique in the whole cloud; made up when left out.")]
    public string? BucketName { get; init; }

    [ProviderDefault]
    public bool? VersioningEnabled { get; init; }

    [ProviderDefault]
    public BucketAcl? Acl { get; init; }

    [JsonText, Description("Who may do what: a JSON document.")]
    public string? Policy { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }

    [ReadOnly]
    public string? DomainName { get; init; }

    [ReadOnly]
    public string? Region { get; init; }
}

public enum BucketAcl
{
    Private,
    PublicRead,
}

public sealed record Tag
{
    public required string Key { get; init; }

    public required string Value { get; init; }
}

internal sealed class BucketHandler(FakeAwsService aws) : FakeHandler<Bucket>(aws, FakeAwsJson.Default.Bucket, "fake-bucket")
{
    protected override string? NameOf(Bucket bucket) => bucket.BucketName;

    protected override bool NameIsUnique => true;

    protected override Bucket Complete(Bucket stored, string nativeId, string region)
    {
        var name = stored.BucketName ?? nativeId;
        return stored with
        {
            BucketName = name,
            VersioningEnabled = stored.VersioningEnabled ?? false,
            Acl = stored.Acl ?? BucketAcl.Private,
            Arn = $"arn:fake:s3:::{name}",
            DomainName = $"{name}.s3.{region}.fake",
            Region = region,
        };
    }
}
