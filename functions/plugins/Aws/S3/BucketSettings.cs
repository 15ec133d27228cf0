using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>
/// What a bucket has beside its name, each with calls of its own. S3 shows a change of these only after a while, so nothing is read to see what was just written.
/// </summary>
internal sealed class BucketSettings(IAmazonS3 s3, AwsTarget target, string name)
{
    /// <summary>How another server than AWS says that it has no such thing.</summary>
    public static readonly string[] NotSupported = ["NotImplemented", "MethodNotAllowed"];

    /// <summary>The bucket as it is.</summary>
    /// <param name="form">The bucket as somebody has written it: its policy is shown in these words where S3 has others for the same. Null: in those of S3.</param>
    /// <param name="cancellationToken">Ends the calls that are under way.</param>
    public async Task<Answer<Bucket>> ReadAsync(Bucket? form, CancellationToken cancellationToken)
    {
        // The head says where the bucket is, but has no text when it is refused; the others have, so theirs goes first.
        var askedTags = TagsAsync(cancellationToken);
        var askedPolicy = AwsCall.TryAsync("GetBucketPolicy", token => s3.GetBucketPolicyAsync(new GetBucketPolicyRequest { BucketName = name }, token), cancellationToken);
        var askedVersioning = AwsCall.TryAsync("GetBucketVersioning", token => s3.GetBucketVersioningAsync(new GetBucketVersioningRequest { BucketName = name }, token), cancellationToken);
        var askedLifecycle = AwsCall.TryAsync("GetBucketLifecycleConfiguration", token => s3.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = name }, token), cancellationToken);
        var askedHead = AwsCall.TryAsync("HeadBucket", token => s3.HeadBucketAsync(new HeadBucketRequest { BucketName = name }, token), cancellationToken);
        await Task.WhenAll(askedTags, askedPolicy, askedVersioning, askedLifecycle, askedHead).ConfigureAwait(false);
        var tags = await askedTags.ConfigureAwait(false);
        var policy = await askedPolicy.ConfigureAwait(false);
        var versioning = await askedVersioning.ConfigureAwait(false);
        var lifecycle = await askedLifecycle.ConfigureAwait(false);
        var head = await askedHead.ConfigureAwait(false);
        var refusal = Unless(tags, "NoSuchTagSet") ?? Unless(policy, "NoSuchBucketPolicy") ?? Unless(versioning) ?? Unless(lifecycle, "NoSuchLifecycleConfiguration") ?? head.Refusal;
        if (refusal is not null)
            return new(null, refusal);
        var region = head.Value?.BucketRegion is { Length: > 0 } said ? said : target.Region;
        return new(
            Show(new Bucket
            {
                Name = name,
                VersioningEnabled = versioning.Value?.VersioningConfig?.Status == VersionStatus.Enabled,

                // That there is none is no refusal to the SDK; it takes the error's document for the policy where it does not look like one.
                Policy = BucketPolicy.InWordsOf(form?.Policy, policy.Value is { HttpStatusCode: HttpStatusCode.OK, Policy: { Length: > 0 } text } ? text : null, target.Partition),
                LifecycleRules = Lifecycles.OfS3(lifecycle.Value?.Configuration?.Rules),
                Tags = Aws.Tags.Shown(OfS3(tags.Value)),
            }, region),
            null);
    }

    /// <summary>The bucket with what can be told without asking.</summary>
    public Bucket Show(Bucket bucket, string region) => bucket with
    {
        Arn = $"arn:{target.Partition}:s3:::{name}",
        DomainName = $"{name}.s3.{region}.amazonaws.com{(target.Partition == "aws-cn" ? ".cn" : "")}",
        Region = region,
    };

    public Task<Answer<GetBucketTaggingResponse>> TagsAsync(CancellationToken cancellationToken) =>
        AwsCall.TryAsync("GetBucketTagging", token => s3.GetBucketTaggingAsync(new GetBucketTaggingRequest { BucketName = name }, token), cancellationToken);

    /// <summary>Whether the server has no such thing as this call asked for. To AWS a method that is not allowed is something else: the bucket of another account.</summary>
    public bool IsNotSupported<T>(Answer<T> answer)
        where T : class => answer.IsRefusedWith("NotImplemented") || (target.OwnS3 is not null && answer.IsRefusedWith(NotSupported));

    /// <summary>Makes the bucket what is wanted, with as many calls as there are differences.</summary>
    /// <param name="desired">What is wanted. What has a default and is left out stays as it is.</param>
    /// <param name="found">What there is.</param>
    /// <param name="cancellationToken">Ends the call that is under way.</param>
    public async Task<Problem?> WriteAsync(Bucket desired, Bucket found, CancellationToken cancellationToken)
    {
        if (!Aws.Tags.Same(desired.Tags, found.Tags) && await WriteTagsAsync(desired.Tags, null, cancellationToken).ConfigureAwait(false) is { } tags)
            return tags;
        if (desired.VersioningEnabled is { } versioned && versioned != (found.VersioningEnabled ?? false)
            && await VersionAsync(versioned, cancellationToken).ConfigureAwait(false) is { } versioning)
            return versioning;
        if (!BucketPolicy.IsSame(desired.Policy, found.Policy, target.Partition) && await WritePolicyAsync(desired.Policy, cancellationToken).ConfigureAwait(false) is { } policy)
            return policy;
        return Lifecycles.Same(desired.LifecycleRules, found.LifecycleRules) ? null : await WriteLifecycleAsync(desired.LifecycleRules, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces the person's tags. AWS's own must be written again as they are, and the mark stays.</summary>
    /// <param name="tags">The tags; null is none.</param>
    /// <param name="mark">The mark of a new bucket; null leaves what there is.</param>
    /// <param name="cancellationToken">Ends the call that is under way.</param>
    public async Task<Problem?> WriteTagsAsync(IReadOnlyList<Tag>? tags, string? mark, CancellationToken cancellationToken)
    {
        var there = await TagsAsync(cancellationToken).ConfigureAwait(false);
        if (Unless(there, "NoSuchTagSet") is { } refused)
            return refused.Problem;
        List<Tag> all = [.. OfS3(there.Value).Where(tag => !Aws.Tags.IsPersons(tag.Key) && (mark is null || tag.Key != Mark.Tag)), .. tags ?? []];
        if (mark is not null)
            all.Add(new Tag { Key = Mark.Tag, Value = mark });
        if (all.Count == 0)
            return Of("Tags", await AwsCall.TryAsync("DeleteBucketTagging", token => s3.DeleteBucketTaggingAsync(new DeleteBucketTaggingRequest { BucketName = name }, token), cancellationToken).ConfigureAwait(false));
        var put = new PutBucketTaggingRequest { BucketName = name, TagSet = [.. all.Select(ToS3)] };
        var written = await AwsCall.TryAsync("PutBucketTagging", token => s3.PutBucketTaggingAsync(put, token), cancellationToken).ConfigureAwait(false);

        // A server without tags of buckets cannot keep the mark; whoever wants tags there is told.
        return tags is null or { Count: 0 } && IsNotSupported(written) ? null : Of("Tags", written);
    }

    public static IEnumerable<Tag> OfS3(GetBucketTaggingResponse? tags) => (tags?.TagSet ?? []).Select(tag => new Tag { Key = tag.Key, Value = tag.Value });

    public static Amazon.S3.Model.Tag ToS3(Tag tag) => new() { Key = tag.Key, Value = tag.Value };

    private async Task<Problem?> VersionAsync(bool versioned, CancellationToken cancellationToken)
    {
        var put = new PutBucketVersioningRequest { BucketName = name, VersioningConfig = new S3BucketVersioningConfig { Status = versioned ? VersionStatus.Enabled : VersionStatus.Suspended } };
        return Of(nameof(Bucket.VersioningEnabled), await AwsCall.TryAsync("PutBucketVersioning", token => s3.PutBucketVersioningAsync(put, token), cancellationToken).ConfigureAwait(false));
    }

    private async Task<Problem?> WritePolicyAsync(string? policy, CancellationToken cancellationToken) => Of(nameof(Bucket.Policy), policy is null
        ? Nothing(await AwsCall.TryAsync("DeleteBucketPolicy", token => s3.DeleteBucketPolicyAsync(new DeleteBucketPolicyRequest { BucketName = name }, token), cancellationToken).ConfigureAwait(false))
        : Nothing(await AwsCall.TryAsync("PutBucketPolicy", token => s3.PutBucketPolicyAsync(new PutBucketPolicyRequest { BucketName = name, Policy = policy }, token), cancellationToken).ConfigureAwait(false)));

    private async Task<Problem?> WriteLifecycleAsync(IReadOnlyList<LifecycleRule>? rules, CancellationToken cancellationToken) => Of(nameof(Bucket.LifecycleRules), rules is null or { Count: 0 }
        ? Nothing(await AwsCall.TryAsync("DeleteBucketLifecycle", token => s3.DeleteLifecycleConfigurationAsync(new DeleteLifecycleConfigurationRequest { BucketName = name }, token), cancellationToken).ConfigureAwait(false))
        : Nothing(await AwsCall.TryAsync("PutBucketLifecycleConfiguration", token => s3.PutLifecycleConfigurationAsync(
            new PutLifecycleConfigurationRequest { BucketName = name, Configuration = new LifecycleConfiguration { Rules = [.. rules.Select(Lifecycles.ToS3)] } }, token), cancellationToken).ConfigureAwait(false)));

    private static Answer<object> Nothing<T>(Answer<T> answer)
        where T : class => new(answer.Value, answer.Refusal);

    /// <summary>What a setting that was refused comes to.</summary>
    private Problem? Of<T>(string property, Answer<T> written)
        where T : class
    {
        if (written.Refusal is not { } refusal)
            return null;
        if (IsNotSupported(written))
            return Problems.InvalidRequest($"The server does not know what '{property}' is for: {refusal.Problem.Message} Leave it out for this target.");
        return refusal.Problem.Code switch
        {
            // Only the making of a bucket can find that one exists: the server has taken this for something else than it is.
            ProblemCodes.AlreadyExists => Problems.Of(ProblemCodes.GeneralServiceException, $"The server does not seem to know what '{property}' is for: {refusal.Problem.Message}"),
            _ => refusal.Problem,
        };
    }

    /// <summary>The refusal, unless it says that the setting was never made or that the server has none such.</summary>
    private Refusal? Unless<T>(Answer<T> answer, string never = "NotImplemented")
        where T : class => answer.IsRefusedWith(never) || IsNotSupported(answer) ? null : answer.Refusal;
}
