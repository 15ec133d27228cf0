using System.Xml.Linq;
using Azure.Core;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Blobs;

/// <summary>Containers by their names; a create leaves its mark in the metadata.</summary>
internal sealed class BlobContainerHandler(StorageConnections connections, ContainerAcls acls) : IResourceHandler<BlobContainer>, IListable<BlobContainer>, IFindExisting<BlobContainer>
{
    public async Task<CreateResult<BlobContainer>> CreateAsync(CreateRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var desired = request.Desired;
        if ((Names.CheckContainer(desired.Name, nameof(BlobContainer.Name)) ?? Metadata.Check(desired.Metadata)) is { } wrong)
            return wrong;
        var made = await blobs.SendAsync(RequestMethod.Put, PathOf(desired.Name), cancellationToken, put =>
        {
            Metadata.Write(put, desired.Metadata, request.OperationId);
            if (ContainerAcl.HeaderOf(desired.PublicAccess) is { } access)
                put.Headers.Add(ContainerAcl.AccessHeader, access);
        }).ConfigureAwait(false);
        if (!made.IsSuccess && made.ErrorCode != "ContainerAlreadyExists")
            return made.ProblemOf(Subject(desired.Name));

        var live = await blobs.SendAsync(RequestMethod.Get, PathOf(desired.Name), cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(desired.Name));
        return made.IsSuccess || Metadata.MarkOf(live) == request.OperationId ? new CreateResult<BlobContainer>.Success(desired.Name, View(blobs, desired.Name, live)) : made.ProblemOf(Subject(desired.Name));
    }

    public async Task<FindResult<BlobContainer>> FindExistingAsync(CreateRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var name = request.Desired.Name;
        if (Names.CheckContainer(name, nameof(BlobContainer.Name)) is { } wrong)
            return wrong;
        var live = await blobs.SendAsync(RequestMethod.Get, PathOf(name), cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(name));
        return Metadata.MarkOf(live) == request.OperationId ? new FindResult<BlobContainer>.Found(name, View(blobs, name, live)) : new FindResult<BlobContainer>.NotThere();
    }

    public async Task<ReadResult<BlobContainer>> ReadAsync(ReadRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var live = await blobs.SendAsync(RequestMethod.Get, PathOf(request.NativeId), cancellationToken).ConfigureAwait(false);
        return live.IsSuccess ? new ReadResult<BlobContainer>.Success(View(blobs, request.NativeId, live)) : live.ProblemOf(Subject(request.NativeId));
    }

    public async Task<UpdateResult<BlobContainer>> UpdateAsync(UpdateRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var (name, desired) = (request.NativeId, request.Desired);
        if (Metadata.Check(desired.Metadata) is { } wrong)
            return wrong;
        var live = await blobs.SendAsync(RequestMethod.Get, PathOf(name), cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(name));

        // Who may read is part of the same list as the policies, of which each is a resource of its own.
        if (desired.PublicAccess is { } access && access != ContainerAcl.AccessOf(live)
            && await acls.ChangeAsync(request, blobs, name, acl => acl.Allow(access), cancellationToken).ConfigureAwait(false) is { } refused)
        {
            return refused;
        }

        if (!Metadata.Same(desired.Metadata, Metadata.Of(live)))
        {
            var written = await blobs.SendAsync(RequestMethod.Put, PathOf(name) + "&comp=metadata", cancellationToken, put => Metadata.Write(put, desired.Metadata, Metadata.MarkOf(live))).ConfigureAwait(false);
            if (!written.IsSuccess)
                return written.ProblemOf(Subject(name));
        }

        live = await blobs.SendAsync(RequestMethod.Get, PathOf(name), cancellationToken).ConfigureAwait(false);
        return live.IsSuccess ? new UpdateResult<BlobContainer>.Success(View(blobs, name, live)) : live.ProblemOf(Subject(name));
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var gone = await blobs.SendAsync(RequestMethod.Delete, PathOf(request.NativeId), cancellationToken).ConfigureAwait(false);
        return gone.Deleted(Subject(request.NativeId));
    }

    public async Task<ListResult> ListAsync(ListRequest<BlobContainer> request, CancellationToken cancellationToken)
    {
        var blobs = connections.Open(StorageService.Blob, request);
        var page = await blobs.SendAsync(RequestMethod.Get, $"?comp=list&maxresults={request.PageSize}{Marker(request.PageToken)}", cancellationToken).ConfigureAwait(false);
        return page.IsSuccess
            ? new ListResult.Success([.. page.Xml().Descendants("Container").Select(container => container.Element("Name")!.Value)], NextOf(page.Xml()))
            : page.ProblemOf("The list of containers");
    }

    public static string PathOf(string container) => $"{Names.Escaped(container)}?restype=container";

    public static string Subject(string container) => $"The container '{container}'";

    public static string Marker(string? token) => token is null ? "" : $"&marker={Names.Escaped(token)}";

    public static string? NextOf(XElement list) => list.Element("NextMarker")?.Value is { Length: > 0 } next ? next : null;

    private static BlobContainer View(StorageClient blobs, string name, Answer live) => new()
    {
        Name = name,
        PublicAccess = ContainerAcl.AccessOf(live),
        Metadata = Metadata.Of(live),
        Url = blobs.UrlOf(Names.Escaped(name)),
    };
}
