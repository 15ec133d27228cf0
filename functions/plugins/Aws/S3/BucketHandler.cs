using Amazon.S3;
using Amazon.S3.Model;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>
/// A bucket is made with the mark on it, so that a create that comes again knows its own. It is then set up; a create that ended in between goes on where it was.
/// </summary>
internal sealed class BucketHandler(AwsClients clients) : IResourceHandler<Bucket>, IListable<Bucket>, IFindExisting<Bucket>, ILongRunning<Bucket>
{
    /// <summary>The region whose buckets have no location constraint.</summary>
    private const string FirstRegion = "us-east-1";

    /// <summary>How a page token begins that names the bucket the page ended with, for servers that do not page.</summary>
    private const string After = "after:";

    /// <summary>What a delete that is not over is asked about by, and when the bucket was made.</summary>
    private const string Emptying = "emptying/";

    private const string OfEmptying = "what is in the bucket is being deleted";

    /// <summary>About ten thousand objects, which takes some 20 s: a call has 60.</summary>
    private const int PagesOfAStep = 10;

    private enum Owner
    {
        Nobody,
        This,
        Other,

        /// <summary>The bucket is there, and the server has no tags that could tell whose it is.</summary>
        Untold,

        /// <summary>It may not be looked at: whoever makes it will hear why.</summary>
        Hidden,
    }

    public async Task<CreateResult<Bucket>> CreateAsync(CreateRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var (target, desired) = (AwsTarget.Of(request), request.Desired);
        if ((Tags.Check(desired.Tags) ?? Lifecycles.Check(desired.LifecycleRules)) is { } wrong)
            return wrong;
        var s3 = clients.S3(target);
        var settings = new BucketSettings(s3, target, desired.Name);
        var (owner, problem) = await OwnerAsync(settings, target, request.Ksuid, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        if (owner is Owner.Other or Owner.Untold)
            return Exists(desired.Name);
        var found = new Bucket { Name = desired.Name, Tags = desired.Tags };
        if (owner != Owner.This)
        {
            var made = await AwsCall.TryAsync("CreateBucket", token => s3.PutBucketAsync(Making(desired, request.Ksuid, target), token), cancellationToken).ConfigureAwait(false);
            if (made.Problem is { } refused)
            {
                // A connection that broke on the way may have carried the request twice.
                (owner, problem) = refused.Code == ProblemCodes.AlreadyExists ? await OwnerAsync(settings, target, request.Ksuid, cancellationToken).ConfigureAwait(false) : (default, refused);
                if (problem is not null)
                    return problem;
                if (owner != Owner.This)
                    return refused with { Message = $"{refused.Message} {Exists(desired.Name).Message}" };
            }
            else if (target.OwnS3 is not null && await settings.WriteTagsAsync(desired.Tags, request.Ksuid, cancellationToken).ConfigureAwait(false) is { } unmarked)
            {
                return Unstable(unmarked);
            }
        }

        if (owner == Owner.This)
        {
            var read = await settings.ReadAsync(desired, cancellationToken).ConfigureAwait(false);
            if (read.Problem is { } unread)
                return Unstable(unread);
            found = read.Value!;
        }

        if (await settings.WriteAsync(desired, found, cancellationToken).ConfigureAwait(false) is { } failed)
            return Unstable(failed);
        return new CreateResult<Bucket>.Success(desired.Name, settings.Show(Written(desired, found), found.Region ?? target.Region));
    }

    /// <summary>By its mark; on a server without tags of buckets by its name, which is unique.</summary>
    public async Task<FindResult<Bucket>> FindExistingAsync(CreateRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var target = AwsTarget.Of(request);
        var settings = new BucketSettings(clients.S3(target), target, request.Desired.Name);
        var (owner, problem) = await OwnerAsync(settings, target, request.Ksuid, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        if (owner is not (Owner.This or Owner.Untold))
            return new FindResult<Bucket>.NotThere();
        var read = await settings.ReadAsync(request.Desired, cancellationToken).ConfigureAwait(false);
        return read.Problem is { } unread ? unread : new FindResult<Bucket>.Found(request.Desired.Name, read.Value!);
    }

    public async Task<ReadResult<Bucket>> ReadAsync(ReadRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var target = AwsTarget.Of(request);
        var read = await new BucketSettings(clients.S3(target), target, request.NativeId).ReadAsync(request.Prior, cancellationToken).ConfigureAwait(false);
        return read.Problem is { } problem ? problem : new ReadResult<Bucket>.Success(read.Value!);
    }

    public async Task<UpdateResult<Bucket>> UpdateAsync(UpdateRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var (target, desired) = (AwsTarget.Of(request), request.Desired);
        if ((Tags.Check(desired.Tags) ?? Lifecycles.Check(desired.LifecycleRules)) is { } wrong)
            return wrong;
        var settings = new BucketSettings(clients.S3(target), target, request.NativeId);
        if (request.Found is not { } found)
        {
            var read = await settings.ReadAsync(desired, cancellationToken).ConfigureAwait(false);
            if (read.Problem is { } unread)
                return unread;
            found = read.Value!;
        }

        return await settings.WriteAsync(desired, found, cancellationToken).ConfigureAwait(false) is { } failed
            ? failed
            : new UpdateResult<Bucket>.Success(settings.Show(Written(desired, found), found.Region ?? target.Region));
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var removal = RemovalOf(request, request.NativeId);
        var (problem, isOver) = await removal.RemoveAsync(isForced: request.Prior?.ForceDestroy == true, mostPages: 1, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            return problem;
        if (isOver)
            return new DeleteResult.Success();
        var (birth, untold) = await removal.BirthAsync(cancellationToken).ConfigureAwait(false);
        return untold is not null ? untold
            : birth is null ? AnotherNow(request.NativeId)
            : new DeleteResult.InProgress(Emptying + birth) { Message = OfEmptying };
    }

    /// <summary>Goes on with a delete. That the objects may go, too, it was told then.</summary>
    public async Task<StatusResult<Bucket>> StatusAsync(StatusRequest<Bucket> request, CancellationToken cancellationToken)
    {
        if (!request.RequestId.StartsWith(Emptying, StringComparison.Ordinal) || request.NativeId is not { } name)
            return Problems.InvalidRequest("The request id is none of AWS::S3::Bucket.");
        var removal = RemovalOf(request, name);
        var (birth, untold) = await removal.BirthAsync(cancellationToken).ConfigureAwait(false);
        if (untold is not null)
            return new StatusResult<Bucket>.Unanswered(untold);
        if (Emptying + birth != request.RequestId)
            return AnotherNow(name);
        var (problem, isOver) = await removal.RemoveAsync(isForced: true, PagesOfAStep, cancellationToken).ConfigureAwait(false);
        return problem switch
        {
            null when !isOver => new StatusResult<Bucket>.InProgress { Message = OfEmptying },
            null or { Code: ProblemCodes.NotFound } => new StatusResult<Bucket>.Success(name, null),
            { Code: ProblemCodes.ResourceConflict } => problem,
            _ => new StatusResult<Bucket>.Unanswered(problem),
        };
    }

    /// <summary>The buckets of the target's region.</summary>
    public async Task<ListResult> ListAsync(ListRequest<Bucket> request, CancellationToken cancellationToken)
    {
        var target = AwsTarget.Of(request);
        var after = request.PageToken is { } token && token.StartsWith(After, StringComparison.Ordinal) ? token[After.Length..] : null;
        var list = new ListBucketsRequest
        {
            MaxBuckets = request.PageSize,
            ContinuationToken = after is null ? request.PageToken : null,
            BucketRegion = target.OwnS3 is null ? target.Region : null,
        };
        var page = await AwsCall.TryAsync("ListBuckets", cancel => clients.S3(target).ListBucketsAsync(list, cancel), cancellationToken).ConfigureAwait(false);
        if (page.Problem is { } problem)
            return problem;

        // A server that does not page sends all of them each time.
        List<string> names = [.. (page.Value!.Buckets ?? []).Select(bucket => bucket.BucketName).Where(name => after is null || string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal)];
        return names.Count > request.PageSize
            ? new ListResult.Success(names[..request.PageSize], After + names[request.PageSize - 1])
            : new ListResult.Success(names, page.Value.ContinuationToken is { Length: > 0 } next ? next : null);
    }

    private static async Task<(Owner Owner, Problem? Problem)> OwnerAsync(BucketSettings settings, AwsTarget target, string ksuid, CancellationToken cancellationToken)
    {
        var tags = await settings.TagsAsync(cancellationToken).ConfigureAwait(false);
        if (tags.IsRefusedWith("NoSuchTagSet"))
            return (Owner.Other, null);
        if (settings.IsNotSupported(tags))
            return (Owner.Untold, null);
        return tags.Problem switch
        {
            { Code: ProblemCodes.NotFound } => (Owner.Nobody, null),
            // AWS answers there the making of a bucket that the account owns with success: it would be taken over.
            { Code: ProblemCodes.AccessDenied } denied when target is { OwnS3: null, Region: FirstRegion } => (Owner.Hidden, denied),
            { Code: ProblemCodes.AccessDenied } => (Owner.Hidden, null),
            { } problem => (default, problem),
            null => (BucketSettings.OfS3(tags.Value).Any(tag => tag.Key == Mark.Tag && tag.Value == ksuid) ? Owner.This : Owner.Other, null),
        };
    }

    private static PutBucketRequest Making(Bucket desired, string ksuid, AwsTarget target) => new()
    {
        BucketName = desired.Name,
        UseClientRegion = false,
        PutBucketConfiguration = new PutBucketConfiguration
        {
            LocationConstraint = target.Region == FirstRegion ? null : BucketLocationConstraint.FindValue(target.Region),
            Tags = [.. (desired.Tags ?? []).Append(new Tag { Key = Mark.Tag, Value = ksuid }).Select(BucketSettings.ToS3)],
        },
    };

    private static Bucket Written(Bucket desired, Bucket found) => desired with
    {
        VersioningEnabled = desired.VersioningEnabled ?? found.VersioningEnabled ?? false,
        LifecycleRules = desired.LifecycleRules is { Count: > 0 } rules ? [.. rules.Select(rule => rule with { Enabled = rule.Enabled ?? true })] : null,
        Tags = desired.Tags is { Count: > 0 } ? desired.Tags : null,
    };

    private BucketRemoval RemovalOf(OperationContext request, string name)
    {
        var target = AwsTarget.Of(request);
        return new(clients.S3(target), target, name);
    }

    /// <summary>Whoever still waits for the delete begins it anew.</summary>
    private static Problem AnotherNow(string name) => Problems.ResourceConflict($"The bucket '{name}' that was being emptied is gone, or another one has its name now.");

    private static Problem Exists(string name) => Problems.AlreadyExists($"The bucket '{name}' exists already, and nothing on it says that this resource made it.");

    /// <summary>A bucket that was just made may not be there for every call yet. The create is tried again then, and finds its own.</summary>
    private static Problem Unstable(Problem problem) => problem.Code == ProblemCodes.NotFound ? problem with { Code = ProblemCodes.NotStabilized } : problem;
}
