using Amazon.S3;
using Amazon.S3.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>An object is written whole, with the mark on it, and only where there is none yet: a create that comes again finds its own.</summary>
internal sealed class ObjectHandler(AwsClients clients) : IResourceHandler<BucketObject>, IListable<BucketObject>, IFindExisting<BucketObject>
{
    public async Task<CreateResult<BucketObject>> CreateAsync(CreateRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        var desired = request.Desired;
        if ((ObjectContent.Check(desired) ?? ObjectContent.TryGet(desired, out _)) is { } wrong)
            return wrong;
        ObjectContent.TryGet(desired, out var bytes);
        var calls = CallsOf(AwsTarget.Of(request), desired.Bucket, desired.Key);

        // AWS itself minds the condition of the put; servers that do not would write over what somebody else has.
        var (marked, unseen) = await calls.IsMarkedAsync(request.Ksuid, cancellationToken).ConfigureAwait(false);
        if (unseen is not null)
            return unseen;
        if (marked is null)
        {
            var put = await calls.PutAsync(desired, bytes, request.Ksuid, replaces: null, cancellationToken).ConfigureAwait(false);
            if (put.Value is { } made)
                return new CreateResult<BucketObject>.Success(calls.Id, made);
            if (!put.IsRefusedWith("PreconditionFailed"))
                return put.Problem!;
            (marked, unseen) = await calls.IsMarkedAsync(request.Ksuid, cancellationToken).ConfigureAwait(false);
            if (unseen is not null)
                return unseen;
        }

        if (marked != true)
            return Problems.AlreadyExists($"The object '{calls.Id}' exists already, and nothing on it says that this resource made it.");
        var (found, mark, problem) = await calls.ReadAsync(desired, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        var (changed, failed) = await ChangeAsync(calls, desired, bytes, found!, mark, cancellationToken).ConfigureAwait(false);
        return failed is not null ? failed : new CreateResult<BucketObject>.Success(calls.Id, changed!);
    }

    public async Task<FindResult<BucketObject>> FindExistingAsync(CreateRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        var calls = CallsOf(AwsTarget.Of(request), request.Desired.Bucket, request.Desired.Key);
        var (found, mark, problem) = await calls.ReadAsync(request.Desired, cancellationToken).ConfigureAwait(false);
        if (problem is { Code: ProblemCodes.NotFound } || (problem is null && mark != request.Ksuid))
            return new FindResult<BucketObject>.NotThere();
        return problem is not null ? problem : new FindResult<BucketObject>.Found(calls.Id, found!);
    }

    public async Task<ReadResult<BucketObject>> ReadAsync(ReadRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectCalls.Split(request.NativeId);
        var (found, _, problem) = await CallsOf(AwsTarget.Of(request), bucket, key).ReadAsync(request.Prior, cancellationToken).ConfigureAwait(false);
        return problem is not null ? problem : new ReadResult<BucketObject>.Success(found!);
    }

    public async Task<UpdateResult<BucketObject>> UpdateAsync(UpdateRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        var desired = request.Desired;
        if ((ObjectContent.Check(desired) ?? ObjectContent.TryGet(desired, out _)) is { } wrong)
            return wrong;
        ObjectContent.TryGet(desired, out var bytes);
        var (bucket, key) = ObjectCalls.Split(request.NativeId);
        var calls = CallsOf(AwsTarget.Of(request), bucket, key);

        // The mark is not among the properties, and is to be written again. What is replaced is what the operation was compared with, not what came in between.
        var (found, mark, problem) = await calls.ReadAsync(desired, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        var (changed, failed) = await ChangeAsync(calls, desired, bytes, found! with { ETag = request.Found?.ETag ?? found.ETag }, mark, cancellationToken).ConfigureAwait(false);
        return failed is not null ? failed : new UpdateResult<BucketObject>.Success(changed!);
    }

    /// <summary>S3 does not say whether there was one. In a bucket with versions the object is gone, and its versions stay.</summary>
    public async Task<DeleteResult> DeleteAsync(DeleteRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectCalls.Split(request.NativeId);
        var deleted = await AwsCall.TryAsync("DeleteObject", token => clients.S3(AwsTarget.Of(request)).DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = key }, token), cancellationToken).ConfigureAwait(false);
        return deleted.Problem is { } problem ? problem : new DeleteResult.Success();
    }

    /// <summary>The objects of one bucket.</summary>
    public async Task<ListResult> ListAsync(ListRequest<BucketObject> request, CancellationToken cancellationToken)
    {
        if (request.Parameters.GetValueOrDefault(nameof(BucketObject.Bucket)) is not { Length: > 0 } bucket)
            return Problems.InvalidRequest("Objects are listed below a bucket: the parameter 'Bucket' is missing.");
        var list = new ListObjectsV2Request { BucketName = bucket, MaxKeys = request.PageSize, ContinuationToken = request.PageToken };
        var page = await AwsCall.TryAsync("ListObjectsV2", token => clients.S3(AwsTarget.Of(request)).ListObjectsV2Async(list, token), cancellationToken).ConfigureAwait(false);
        return page.Problem is { } problem ? problem : new ListResult.Success(
            [.. (page.Value!.S3Objects ?? []).Select(one => $"{bucket}/{one.Key}")],
            page.Value.IsTruncated == true ? page.Value.NextContinuationToken : null);
    }

    /// <summary>Makes an object what is wanted: written anew where more than its tags is different.</summary>
    private static async Task<(BucketObject? Changed, Problem? Problem)> ChangeAsync(ObjectCalls calls, BucketObject desired, byte[] bytes, BucketObject found, string? mark, CancellationToken cancellationToken)
    {
        // Too large, or in an archive.
        var isUnread = found is { Content: null, ContentBase64: null, Size: > 0 };
        var isContentWanted = !isUnread || desired.Content is not null || desired.ContentBase64 is not null;
        var isTypeWanted = desired.ContentType is { } type && type != found.ContentType;
        ObjectContent.TryGet(found, out var there);
        var isSame = !isTypeWanted && SameMetadata(desired.Metadata, found.Metadata) && (!isContentWanted || (!isUnread && bytes.AsSpan().SequenceEqual(there)));
        if (!isSame)
        {
            if (!isContentWanted)
                return (null, Problems.NotUpdatable($"The object '{calls.Id}' has {found.Size} bytes that are not read, because they are too many or lie in an archive, and its document does not have its content: only its tags can be changed."));
            var put = await calls.PutAsync(desired with { ContentType = desired.ContentType ?? found.ContentType }, bytes, mark, found.ETag is { } etag ? $"\"{etag}\"" : null, cancellationToken).ConfigureAwait(false);
            return (put.Value, put.Problem);
        }

        if (!Tags.Same(desired.Tags, found.Tags) && await calls.TagAsync(desired.Tags, cancellationToken).ConfigureAwait(false) is { } refused)
            return (null, refused.Problem);
        return (found with { Tags = desired.Tags is { Count: > 0 } ? desired.Tags : null }, null);
    }

    private static bool SameMetadata(IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0) && (left ?? new Dictionary<string, string>()).All(one => right!.TryGetValue(one.Key, out var value) && value == one.Value);

    private ObjectCalls CallsOf(AwsTarget target, string bucket, string key) => new(clients.S3(target), target, bucket, key);
}
