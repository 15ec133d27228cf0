using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Util;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>The calls about one object.</summary>
internal sealed class ObjectCalls(IAmazonS3 s3, AwsTarget target, string bucket, string key)
{
    public string Id => $"{bucket}/{key}";

    /// <summary>Of <c>BUCKET/KEY</c>: names of buckets have no slash.</summary>
    public static (string Bucket, string Key) Split(string id) => id.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? (id[..slash], id[(slash + 1)..]) : (id, "");

    /// <summary>Whether the object is there, with the mark of this resource or without.</summary>
    /// <returns>Null: it is not to be seen. A head has no text when it is refused, so whoever writes next hears why; but where the refusal may pass, nothing may be written yet.</returns>
    public async Task<(bool? IsMarked, Problem? Problem)> IsMarkedAsync(string ksuid, CancellationToken cancellationToken)
    {
        var head = await AwsCall.TryAsync("HeadObject", token => s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key }, token), cancellationToken).ConfigureAwait(false);
        if (head.Problem is { } problem)
            return (null, problem is { IsRecoverable: true, Code: not ProblemCodes.NotFound } ? problem : null);
        return (head.Value!.Metadata[Mark.Metadata] == ksuid, null);
    }

    /// <summary>The object as it is.</summary>
    /// <param name="form">How its content was written.</param>
    /// <param name="cancellationToken">Ends the call that is under way.</param>
    public async Task<(BucketObject? Object, string? Mark, Problem? Problem)> ReadAsync(BucketObject? form, CancellationToken cancellationToken)
    {
        var tags = AwsCall.TryAsync("GetObjectTagging", token => s3.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = bucket, Key = key }, token), cancellationToken);
        var got = await AwsCall.TryAsync("GetObject", token => GetAsync(form, token), cancellationToken).ConfigureAwait(false);
        if (got.IsRefusedWith("InvalidObjectState"))
            got = await AwsCall.TryAsync("HeadObject", HeadAsync, cancellationToken).ConfigureAwait(false);
        var tagged = await tags.ConfigureAwait(false);
        if (got.Problem is { } problem)
            return (null, null, problem);
        if (tagged.Problem is { } untold && !tagged.IsRefusedWith("NotImplemented"))
            return (null, null, untold);
        return (got.Value!.Object with { Tags = Aws.Tags.Shown((tagged.Value?.Tagging ?? []).Select(tag => new Tag { Key = tag.Key, Value = tag.Value })) }, got.Value.Mark, null);
    }

    /// <summary>Writes the whole object: content, headers, tags and the mark.</summary>
    /// <param name="desired">What it shall be.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="mark">The KSUID of the resource that made it; null for one that nobody has marked.</param>
    /// <param name="replaces">The entity tag of what it replaces; null for an object that must not be there yet.</param>
    /// <param name="cancellationToken">Ends the call that is under way.</param>
    public async Task<Answer<BucketObject>> PutAsync(BucketObject desired, byte[] bytes, string? mark, string? replaces, CancellationToken cancellationToken)
    {
        var put = new PutObjectRequest
        {
            BucketName = bucket,
            Key = key,
            InputStream = new MemoryStream(bytes, writable: false),
            UseChunkEncoding = false,
            IfNoneMatch = replaces is null ? "*" : null,
            IfMatch = replaces,
            ContentType = desired.ContentType ?? AmazonS3Util.MimeTypeFromExtension(Path.GetExtension(key)),
            TagSet = [.. (desired.Tags ?? []).Select(BucketSettings.ToS3)],
        };
        foreach (var (name, value) in desired.Metadata ?? new Dictionary<string, string>())
            put.Metadata[name] = value;
        if (mark is not null)
            put.Metadata[Mark.Metadata] = mark;
        var written = await AwsCall.TryAsync("PutObject", token => s3.PutObjectAsync(put, token), cancellationToken).ConfigureAwait(false);
        if (written.Refusal is { } refusal)
            return new(null, refusal);

        // Other servers than AWS may pass over the tags of a put.
        if (target.OwnS3 is not null && desired.Tags is { Count: > 0 } && await TagAsync(desired.Tags, cancellationToken).ConfigureAwait(false) is { } untagged)
            return new(null, untagged);
        return new(
            desired with
            {
                ContentType = put.ContentType,
                Id = Id,
                ETag = written.Value!.ETag?.Trim('"'),
                VersionId = VersionOf(written.Value.VersionId),
                Size = bytes.Length,
                Tags = desired.Tags is { Count: > 0 } ? desired.Tags : null,
                Metadata = desired.Metadata is { Count: > 0 } ? desired.Metadata : null,
            },
            null);
    }

    /// <summary>Replaces the tags alone; no new version comes of it.</summary>
    public async Task<Refusal?> TagAsync(IReadOnlyList<Tag>? tags, CancellationToken cancellationToken) => tags is { Count: > 0 }
        ? (await AwsCall.TryAsync("PutObjectTagging", token => s3.PutObjectTaggingAsync(new PutObjectTaggingRequest { BucketName = bucket, Key = key, Tagging = new Tagging { TagSet = [.. tags.Select(BucketSettings.ToS3)] } }, token), cancellationToken).ConfigureAwait(false)).Refusal
        : (await AwsCall.TryAsync("DeleteObjectTagging", token => s3.DeleteObjectTaggingAsync(new DeleteObjectTaggingRequest { BucketName = bucket, Key = key }, token), cancellationToken).ConfigureAwait(false)).Refusal;

    private async Task<Got> GetAsync(BucketObject? form, CancellationToken cancellationToken)
    {
        using var response = await s3.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = key }, cancellationToken).ConfigureAwait(false);
        var got = Shown(response.Headers.ContentType, response.Metadata, response.ETag, response.VersionId, response.ContentLength);
        if (response.ContentLength > ObjectContent.Largest)
            return got;
        using var content = new MemoryStream((int)response.ContentLength);
        await response.ResponseStream.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        return got with { Object = ObjectContent.With(got.Object, content.ToArray(), form) };
    }

    /// <summary>All but the content, of an object whose content lies in an archive.</summary>
    private async Task<Got> HeadAsync(CancellationToken cancellationToken)
    {
        var head = await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key }, cancellationToken).ConfigureAwait(false);
        return Shown(head.Headers.ContentType, head.Metadata, head.ETag, head.VersionId, head.ContentLength);
    }

    private Got Shown(string contentType, MetadataCollection metadata, string? etag, string? version, long size) => new(
        new BucketObject
        {
            Bucket = bucket,
            Key = key,
            Id = Id,
            ContentType = contentType,
            Metadata = MetadataOf(metadata),
            ETag = etag?.Trim('"'),
            VersionId = VersionOf(version),
            Size = size,
        },
        metadata[Mark.Metadata]);

    private static Dictionary<string, string>? MetadataOf(MetadataCollection all)
    {
        const string prefix = "x-amz-meta-";
        var shown = all.Keys.Where(name => name != prefix + Mark.Metadata).ToDictionary(name => name[prefix.Length..], name => all[name], StringComparer.Ordinal);
        return shown.Count == 0 ? null : shown;
    }

    // Of an object that was made before its bucket kept versions S3 says "null".
    private static string? VersionOf(string? version) => version is { Length: > 0 } and not "null" ? version : null;

    private sealed record Got(BucketObject Object, string? Mark);
}
