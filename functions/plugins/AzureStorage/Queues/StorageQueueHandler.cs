using Azure.Core;
using Formae.Plugins.AzureStorage.Blobs;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Queues;

/// <summary>Queues by their names; a create leaves its mark in the metadata, and the service itself takes the same create twice.</summary>
internal sealed class StorageQueueHandler(StorageConnections connections) : IResourceHandler<StorageQueue>, IListable<StorageQueue>, IFindExisting<StorageQueue>
{
    /// <summary>
    /// Pages are cut from segments of so many names: Azurite sorts its queues by name and goes on by age, so that its own pages show some queues twice and others never.
    /// </summary>
    private const int SegmentSize = 1000;

    public async Task<CreateResult<StorageQueue>> CreateAsync(CreateRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var desired = request.Desired;
        if ((Names.CheckQueue(desired.Name) ?? Metadata.Check(desired.Metadata)) is { } wrong)
            return wrong;
        var made = await queues.SendAsync(RequestMethod.Put, Names.Escaped(desired.Name), cancellationToken, put => Metadata.Write(put, desired.Metadata, request.OperationId)).ConfigureAwait(false);
        if (made.IsSuccess)
            return new CreateResult<StorageQueue>.Success(desired.Name, View(queues, desired.Name, desired.Metadata));
        if (made.ErrorCode != "QueueAlreadyExists")
            return made.ProblemOf(Subject(desired.Name));

        // Of this create, and changed since; or of somebody else.
        var live = await GetAsync(queues, desired.Name, cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(desired.Name));
        return Metadata.MarkOf(live) == request.OperationId ? new CreateResult<StorageQueue>.Success(desired.Name, View(queues, desired.Name, Metadata.Of(live))) : made.ProblemOf(Subject(desired.Name));
    }

    public async Task<FindResult<StorageQueue>> FindExistingAsync(CreateRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var name = request.Desired.Name;
        if (Names.CheckQueue(name) is { } wrong)
            return wrong;
        var live = await GetAsync(queues, name, cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(name));
        return Metadata.MarkOf(live) == request.OperationId ? new FindResult<StorageQueue>.Found(name, View(queues, name, Metadata.Of(live))) : new FindResult<StorageQueue>.NotThere();
    }

    public async Task<ReadResult<StorageQueue>> ReadAsync(ReadRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var live = await GetAsync(queues, request.NativeId, cancellationToken).ConfigureAwait(false);
        return live.IsSuccess ? new ReadResult<StorageQueue>.Success(View(queues, request.NativeId, Metadata.Of(live))) : live.ProblemOf(Subject(request.NativeId));
    }

    public async Task<UpdateResult<StorageQueue>> UpdateAsync(UpdateRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var (name, desired) = (request.NativeId, request.Desired);
        if (Metadata.Check(desired.Metadata) is { } wrong)
            return wrong;
        var live = await GetAsync(queues, name, cancellationToken).ConfigureAwait(false);
        if (!live.IsSuccess)
            return live.ProblemOf(Subject(name));
        var written = await queues.SendAsync(RequestMethod.Put, PathOf(name), cancellationToken, put => Metadata.Write(put, desired.Metadata, Metadata.MarkOf(live))).ConfigureAwait(false);
        return written.IsSuccess ? new UpdateResult<StorageQueue>.Success(View(queues, name, desired.Metadata)) : written.ProblemOf(Subject(name));
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var gone = await queues.SendAsync(RequestMethod.Delete, Names.Escaped(request.NativeId), cancellationToken).ConfigureAwait(false);
        return gone.Deleted(Subject(request.NativeId));
    }

    public async Task<ListResult> ListAsync(ListRequest<StorageQueue> request, CancellationToken cancellationToken)
    {
        var queues = connections.Open(StorageService.Queue, request);
        var (marker, after) = request.PageToken?.Split('\n') is [var known, var last] ? (known, last) : ("", "");
        var answer = await queues.SendAsync(RequestMethod.Get, $"?comp=list&maxresults={SegmentSize}{BlobContainerHandler.Marker(marker.Length > 0 ? marker : null)}", cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return answer.ProblemOf("The list of queues");
        var segment = answer.Xml();
        var names = segment.Descendants("Queue").Select(queue => queue.Element("Name")!.Value).Where(name => string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal).ToList();
        var page = names.Take(request.PageSize).ToList();
        var next = page.Count < names.Count ? $"{marker}\n{page[^1]}" : BlobContainerHandler.NextOf(segment) is { } following ? $"{following}\n" : null;
        return new ListResult.Success(page, next);
    }

    private static Task<Answer> GetAsync(StorageClient queues, string name, CancellationToken cancellation) => queues.SendAsync(RequestMethod.Get, PathOf(name), cancellation);

    private static StorageQueue View(StorageClient queues, string name, IReadOnlyDictionary<string, string>? metadata) => new()
    {
        Name = name,
        Metadata = metadata is { Count: > 0 } ? metadata : null,
        Url = queues.UrlOf(Names.Escaped(name)),
    };

    private static string PathOf(string name) => $"{Names.Escaped(name)}?comp=metadata";

    private static string Subject(string name) => $"The queue '{name}'";
}
