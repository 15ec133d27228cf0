using Formae.Sdk;

namespace Formae.Plugins.Aws;

[ResourceType("AWS::S3::Bucket", Identifier = nameof(Name))]
[Description("A bucket of S3: a place for objects, of a name that is unique among all accounts.")]
public sealed record Bucket
{
    [CreateOnly, Description("3 to 63 lower-case letters, digits, dots and hyphens.")]
    public required string Name { get; init; }

    [ProviderDefault, Description("Whether the bucket keeps the versions of its objects. Default: false. Once true it can only be suspended, which false then means.")]
    public bool? VersioningEnabled { get; init; }

    [JsonText, Description("Who may do what: an IAM policy, a JSON document. Compared by what it means: an account is the same by its number and by the ARN of its root.")]
    public string? Policy { get; init; }

    [KeyedSet(nameof(LifecycleRule.Id)), Description("What becomes of objects with time.")]
    public IReadOnlyList<LifecycleRule>? LifecycleRules { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [WriteOnly, Description("Whether a delete of the bucket deletes all that is in it: objects, their versions and delete markers, made by formae or not. Default: false; such a delete is refused.")]
    public bool? ForceDestroy { get; init; }

    [ReadOnly]
    public string? Arn { get; init; }

    [ReadOnly]
    public string? DomainName { get; init; }

    [ReadOnly]
    public string? Region { get; init; }
}

/// <summary>What becomes of the objects below a prefix.</summary>
public sealed record LifecycleRule
{
    [Description("Unique within the bucket.")]
    public required string Id { get; init; }

    [ProviderDefault, Description("Default: true.")]
    public bool? Enabled { get; init; }

    [Description("The objects whose keys begin so. Default: all.")]
    public string? Prefix { get; init; }

    [Description("Days after which an object expires.")]
    public int? ExpirationDays { get; init; }

    [Description("Days after which a version that is no longer the newest is removed.")]
    public int? NoncurrentVersionExpirationDays { get; init; }

    [Description("Days after which the parts of an upload that was never completed are removed.")]
    public int? AbortIncompleteUploadDays { get; init; }

    [KeyedSet(nameof(LifecycleTransition.StorageClass)), Description("When an object moves to another storage class.")]
    public IReadOnlyList<LifecycleTransition>? Transitions { get; init; }
}

/// <summary>A move to another storage class.</summary>
public sealed record LifecycleTransition
{
    [Description("Such as STANDARD_IA, INTELLIGENT_TIERING, GLACIER or DEEP_ARCHIVE.")]
    public required string StorageClass { get; init; }

    [Description("Days after the object was made.")]
    public required int Days { get; init; }
}
