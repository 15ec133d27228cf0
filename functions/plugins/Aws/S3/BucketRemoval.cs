using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>How far a removal has come.</summary>
/// <param name="Problem">What is in the way; null where nothing is.</param>
/// <param name="IsOver">Whether the bucket is gone; otherwise there is more to remove.</param>
internal readonly record struct Removed(Problem? Problem, bool IsOver);

/// <summary>
/// Deletes a bucket, and before that all that is in it where that is wanted: every version of every object and every delete marker. What is gone is listed no longer, so each step begins at the first page of what is left:
/// nothing needs to be remembered, and a step that comes twice removes nothing twice.
/// </summary>
internal sealed class BucketRemoval(IAmazonS3 s3, AwsTarget target, string name)
{
    /// <summary>S3 lists no more in one page, and removes no more in one request.</summary>
    private const int PageSize = 1000;

    /// <summary>
    /// When the bucket was made, which tells it from another one that has its name: a step whose message comes a second time, when the bucket has gone long since, must not empty the next one.
    /// </summary>
    /// <returns>Null where there is none of this name.</returns>
    public async Task<(string? Text, Problem? Problem)> BirthAsync(CancellationToken cancellationToken)
    {
        var listed = await AwsCall.TryAsync("ListBuckets", token => s3.ListBucketsAsync(new ListBucketsRequest { Prefix = name }, token), cancellationToken).ConfigureAwait(false);
        var born = listed.Value?.Buckets?.Find(bucket => bucket.BucketName == name)?.CreationDate;
        return (born?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), listed.Problem);
    }

    /// <param name="isForced">Whether its objects may go too.</param>
    /// <param name="mostPages">After so many pages of objects it is for the next call to go on.</param>
    /// <param name="cancellationToken">Ends it after whatever was removed until then.</param>
    public async Task<Removed> RemoveAsync(bool isForced, int mostPages, CancellationToken cancellationToken)
    {
        var deleted = await DeleteAsync(cancellationToken).ConfigureAwait(false);
        if (!deleted.IsRefusedWith("BucketNotEmpty"))
            return new(deleted.Problem, IsOver: deleted.Problem is null);
        if (!isForced)
            return new(deleted.Problem! with { Message = $"{deleted.Problem.Message} There are objects in the bucket '{name}', or older versions and delete markers of objects. Remove them, or give the bucket 'ForceDestroy: true' with an apply, and then destroy it." }, false);
        var (isEmpty, problem) = await EmptyAsync(mostPages, cancellationToken).ConfigureAwait(false);
        if (problem is not null || !isEmpty)
            return new(problem, false);
        deleted = await DeleteAsync(cancellationToken).ConfigureAwait(false);

        // Somebody has written to it in between.
        return deleted.IsRefusedWith("BucketNotEmpty") ? new(null, false) : new(deleted.Problem, IsOver: deleted.Problem is null);
    }

    private Task<Answer<DeleteBucketResponse>> DeleteAsync(CancellationToken cancellationToken) =>
        AwsCall.TryAsync("DeleteBucket", token => s3.DeleteBucketAsync(new DeleteBucketRequest { BucketName = name }, token), cancellationToken);

    private async Task<(bool IsEmpty, Problem? Problem)> EmptyAsync(int mostPages, CancellationToken cancellationToken)
    {
        for (var page = 0; page < mostPages; page++)
        {
            var (there, isLast, problem) = await FirstPageAsync(cancellationToken).ConfigureAwait(false);
            if (problem is not null)
                return (false, problem);
            if (there.Count == 0)
                return page > 0 ? (true, null) : (false, Problems.ResourceConflict($"The bucket '{name}' is said not to be empty, and nothing is shown that would be in it."));
            if (await RemoveAsync(there, cancellationToken).ConfigureAwait(false) is { } refused)
                return (false, refused);
            if (isLast)
                return (true, null);
        }

        return (false, null);
    }

    private async Task<(List<KeyVersion> There, bool IsLast, Problem? Problem)> FirstPageAsync(CancellationToken cancellationToken)
    {
        var listed = await AwsCall.TryAsync("ListObjectVersions", token => s3.ListVersionsAsync(new ListVersionsRequest { BucketName = name, MaxKeys = PageSize }, token), cancellationToken).ConfigureAwait(false);
        if (listed.Value is { Versions: { Count: > 0 } versions } page)
            return ([.. versions.Select(version => new KeyVersion { Key = version.Key, VersionId = version.VersionId })], page.IsTruncated != true, null);
        if (target.OwnS3 is null || (listed.Problem is not null && !listed.IsRefusedWith(BucketSettings.NotSupported)))
            return ([], true, listed.Problem);

        // Another server than AWS may have no versions.
        var objects = await AwsCall.TryAsync("ListObjectsV2", token => s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = name, MaxKeys = PageSize }, token), cancellationToken).ConfigureAwait(false);
        return ([.. (objects.Value?.S3Objects ?? []).Select(one => new KeyVersion { Key = one.Key })], objects.Value?.IsTruncated != true, objects.Problem);
    }

    private async Task<Problem?> RemoveAsync(List<KeyVersion> there, CancellationToken cancellationToken)
    {
        var removed = await AwsCall.TryAsync(
            "DeleteObjects",
            async token =>
            {
                try
                {
                    return await s3.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = name, Objects = there, Quiet = true }, token).ConfigureAwait(false);
                }
                catch (DeleteObjectsException some)
                {
                    // The answer itself is a success, and tells which of the objects are still there.
                    return some.Response;
                }
            },
            cancellationToken).ConfigureAwait(false);
        var problems = (removed.Value?.DeleteErrors ?? []).Select(error => AwsErrors.OfOne("DeleteObjects", error.Code, error.Message, $"of the object '{error.Key}'")).ToList();
        return removed.Problem ?? problems.Find(problem => !problem.IsRecoverable) ?? problems.FirstOrDefault();
    }
}
