using System.Globalization;
using Azure.Core;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>Blobs by container and name. A create writes only where nothing is, and leaves its mark; an update writes only over what was looked at.</summary>
internal sealed class BlobHandler(StorageConnections connections) : IResourceHandler<Blob>, IListable<Blob>, IFindExisting<Blob>
{
    public async Task<CreateResult<Blob>> CreateAsync(CreateRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var desired = request.Desired;
        if (Check(desired, out var content) is { } wrong)
            return wrong;
        var id = $"{desired.Container}/{desired.Name}";
        var written = await BlobUpload.WriteAsync(blobs, PathOf(id), desired, content, request.OperationId, ("If-None-Match", "*"), cancellationToken).ConfigureAwait(false);
        if (!written.IsSuccess && written.ErrorCode is not ("BlobAlreadyExists" or "ConditionNotMet"))
            return written.ProblemOf(Subject(id));
        var live = await blobs.SendAsync(RequestMethod.Head, PathOf(id), cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(id));
        if (written.IsSuccess && live.ETag == written.ETag)
            return new CreateResult<Blob>.Success(id, View(blobs, id, live, content, desired));

        // Somebody was here before, and somebody may have been this very create.
        if (Metadata.MarkOf(live) != request.OperationId)
            return Problems.AlreadyExists($"{Subject(id)} exists already.");
        var (found, problem) = await FindAsync(blobs, id, desired, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new CreateResult<Blob>.Success(id, found);
    }

    public async Task<FindResult<Blob>> FindExistingAsync(CreateRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        if (Check(request.Desired, out _) is { } wrong)
            return wrong;
        var id = $"{request.Desired.Container}/{request.Desired.Name}";
        var live = await blobs.SendAsync(RequestMethod.Head, PathOf(id), cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(id));
        if (Metadata.MarkOf(live) != request.OperationId)
            return new FindResult<Blob>.NotThere();
        var (found, problem) = await FindAsync(blobs, id, request.Desired, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new FindResult<Blob>.Found(id, found);
    }

    public async Task<ReadResult<Blob>> ReadAsync(ReadRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var (found, problem) = await FindAsync(blobs, request.NativeId, request.Prior, cancellationToken).ConfigureAwait(false);
        return found is null ? problem! : new ReadResult<Blob>.Success(found);
    }

    public async Task<UpdateResult<Blob>> UpdateAsync(UpdateRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var id = request.NativeId;
        if (Check(request.Desired, out var content) is { } wrong)
            return wrong;
        var live = await blobs.SendAsync(RequestMethod.Head, PathOf(id), cancellationToken).ConfigureAwait(false);
        if ((live.IsSuccess ? NotServed(live, id) : live.ProblemOf(Subject(id))) is { } refused)
            return refused;
        var before = request.Found ?? View(blobs, id, live);
        var desired = request.Desired with { ContentType = request.Desired.ContentType ?? before.ContentType, AccessTier = request.Desired.AccessTier ?? before.AccessTier };

        // What the operator has just compared with the plan is what may be changed, and nothing that came in between.
        var change = new BlobChange(blobs, PathOf(id), request.Found?.ETag ?? live.ETag!);
        var last = before.ContentHash == BlobContent.HashOf(content)
            ? await change.PropertiesAsync(before, desired, content, Metadata.MarkOf(live), cancellationToken).ConfigureAwait(false)
            : await BlobUpload.WriteAsync(blobs, PathOf(id), desired, content, Metadata.MarkOf(live), ("If-Match", change.ETag), cancellationToken).ConfigureAwait(false);
        if (last is { IsSuccess: false })
            return last.ProblemOf(Subject(id));
        live = await blobs.SendAsync(RequestMethod.Head, PathOf(id), cancellationToken).ConfigureAwait(false);
        return live.IsSuccess ? new UpdateResult<Blob>.Success(View(blobs, id, live, content, request.Desired)) : live.ProblemOf(Subject(id));
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var gone = await blobs.SendAsync(RequestMethod.Delete, PathOf(request.NativeId), cancellationToken).ConfigureAwait(false);
        return gone.Deleted(Subject(request.NativeId));
    }

    public async Task<ListResult> ListAsync(ListRequest<Blob> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        if (!request.Parameters.TryGetValue(nameof(Blob.Container), out var container))
            return Problems.InvalidRequest("Blobs are listed below a container: the parameter 'Container' is missing.");
        var path = $"{BlobContainerHandler.PathOf(container)}&comp=list&maxresults={request.PageSize}{BlobContainerHandler.Marker(request.PageToken)}";
        var page = await blobs.SendAsync(RequestMethod.Get, path, cancellationToken).ConfigureAwait(false);
        if (!page.IsSuccess)
            return page.ProblemOf(BlobContainerHandler.Subject(container));
        var list = page.Xml();
        var names = from blob in list.Descendants("Blob")
                    where blob.Element("Properties")?.Element("BlobType")?.Value is "BlockBlob" or null
                    let name = blob.Element("Name")!
                    select name.Attribute("Encoded")?.Value == "true" ? Uri.UnescapeDataString(name.Value) : name.Value;
        return new ListResult.Success([.. names.Select(name => $"{container}/{name}")], BlobContainerHandler.NextOf(list));
    }

    private static async Task<(Blob? Found, Problem? Problem)> FindAsync(StorageClient blobs, string id, Blob? form, CancellationToken cancellation)
    {
        var live = await blobs.SendAsync(RequestMethod.Head, PathOf(id), cancellation).ConfigureAwait(false);
        if ((live.IsSuccess ? NotServed(live, id) : live.ProblemOf(Subject(id))) is { } refused)
            return (null, refused);
        var content = await blobs.SendAsync(RequestMethod.Get, PathOf(id), cancellation, get => get.Headers.Add("If-Match", live.ETag!)).ConfigureAwait(false);
        return content.IsSuccess ? (View(blobs, id, live, content.Content.ToMemory(), form), null) : (null, content.ProblemOf(Subject(id)));
    }

    private static Problem? NotServed(Answer live, string id)
    {
        if (live["x-ms-blob-type"] is { } type and not "BlockBlob")
            return Problems.InvalidRequest($"{Subject(id)} is of the kind {type}; only block blobs are served.");
        return SizeOf(live) > BlobContent.Largest ? Problems.ServiceLimit($"{Subject(id)} has {SizeOf(live)} bytes; up to {BlobContent.Largest} are read.") : null;
    }

    private static Problem? Check(Blob desired, out byte[] content)
    {
        content = [];
        return Names.CheckContainer(desired.Container, nameof(Blob.Container)) ?? Names.CheckBlob(desired.Name) ?? Metadata.Check(desired.Metadata) ?? BlobContent.Parse(desired, out content);
    }

    private static Blob View(StorageClient blobs, string id, Answer live, ReadOnlyMemory<byte> content, Blob? form) => BlobContent.Show(View(blobs, id, live), content, form);

    private static Blob View(StorageClient blobs, string id, Answer live)
    {
        var slash = id.IndexOf('/');
        return new Blob
        {
            Container = slash < 0 ? id : id[..slash],
            Name = slash < 0 ? "" : id[(slash + 1)..],
            ContentType = live["Content-Type"],
            ContentEncoding = live["Content-Encoding"],
            ContentLanguage = live["Content-Language"],
            ContentDisposition = live["Content-Disposition"],
            CacheControl = live["Cache-Control"],
            Metadata = Metadata.Of(live),
            AccessTier = Enum.TryParse<AccessTier>(live["x-ms-access-tier"], out var tier) ? tier : null,
            Id = id,
            Url = blobs.UrlOf(PathOf(id)),
            ETag = live.ETag,
        };
    }

    private static long SizeOf(Answer live) => long.TryParse(live["Content-Length"], CultureInfo.InvariantCulture, out var size) ? size : 0;

    private static string PathOf(string id) => Names.EscapedPath(id);

    private static string Subject(string id) => $"The blob '{id}'";
}
