using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

/// <summary>
/// Tables by their names. A table has no place for a mark: what a create in doubt finds under its name is taken for its own. Were it somebody else's, made in
/// the moments between two deliveries of one message, nobody could tell the two apart: neither holds anything that the other does not.
/// </summary>
internal sealed class StorageTableHandler(StorageConnections connections) : IResourceHandler<StorageTable>, IListable<StorageTable>, IFindExisting<StorageTable>
{
    private const string Next = "x-ms-continuation-NextTableName";

    public async Task<CreateResult<StorageTable>> CreateAsync(CreateRequest<StorageTable> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var name = request.Desired.Name;
        if (Names.CheckTable(name, nameof(StorageTable.Name)) is { } wrong)
            return wrong;
        var made = await tables.SendAsync(RequestMethod.Post, "Tables", cancellationToken, post =>
        {
            post.Headers.Add("Content-Type", "application/json");
            post.Headers.Add("Prefer", "return-no-content");
            post.Content = RequestContent.Create(new BinaryData(new JsonObject { ["TableName"] = name }.ToJsonString()));
        }).ConfigureAwait(false);
        return made.IsSuccess ? new CreateResult<StorageTable>.Success(name, View(tables, name)) : made.ProblemOf(Subject(name));
    }

    public async Task<FindResult<StorageTable>> FindExistingAsync(CreateRequest<StorageTable> request, CancellationToken cancellationToken) =>
        await FindAsync(request, request.Desired.Name, cancellationToken).ConfigureAwait(false) switch
        {
            ReadResult<StorageTable>.Success found => new FindResult<StorageTable>.Found(request.Desired.Name, found.Properties),
            ReadResult<StorageTable>.Failure failure => failure.Problem,
            _ => new FindResult<StorageTable>.NotThere(),
        };

    public Task<ReadResult<StorageTable>> ReadAsync(ReadRequest<StorageTable> request, CancellationToken cancellationToken) => FindAsync(request, request.NativeId, cancellationToken);

    /// <summary>Nothing of a table can be changed: what is there is as it should be, or the table is gone.</summary>
    public async Task<UpdateResult<StorageTable>> UpdateAsync(UpdateRequest<StorageTable> request, CancellationToken cancellationToken) =>
        await FindAsync(request, request.NativeId, cancellationToken).ConfigureAwait(false) switch
        {
            ReadResult<StorageTable>.Success found => new UpdateResult<StorageTable>.Success(found.Properties),
            ReadResult<StorageTable>.Failure failure => failure.Problem,
            _ => Problems.NotFound(Subject(request.NativeId)),
        };

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<StorageTable> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var gone = await tables.SendAsync(RequestMethod.Delete, $"Tables('{Names.Escaped(request.NativeId)}')", cancellationToken).ConfigureAwait(false);
        return gone.Deleted(Subject(request.NativeId));
    }

    public async Task<ListResult> ListAsync(ListRequest<StorageTable> request, CancellationToken cancellationToken)
    {
        var tables = connections.Open(StorageService.Table, request);
        var from = request.PageToken is { } token ? $"&NextTableName={Names.Escaped(token)}" : "";
        var page = await tables.SendAsync(RequestMethod.Get, $"Tables?$top={request.PageSize}{from}", cancellationToken).ConfigureAwait(false);
        return page.IsSuccess ? new ListResult.Success([.. NamesIn(page.Json())], page[Next]) : page.ProblemOf("The list of tables");
    }

    // A single table can be asked for by its address too, but not everywhere: the query is answered by each server.
    private async Task<ReadResult<StorageTable>> FindAsync(OperationContext request, string name, CancellationToken cancellation)
    {
        var tables = connections.Open(StorageService.Table, request);
        if (Names.CheckTable(name, nameof(StorageTable.Name)) is { } wrong)
            return wrong;
        var found = await tables.SendAsync(RequestMethod.Get, $"Tables?$filter={Names.Escaped($"TableName eq '{name}'")}", cancellation).ConfigureAwait(false);
        if (!found.IsSuccess)
            return found.ProblemOf(Subject(name));
        return NamesIn(found.Json()).Contains(name, StringComparer.OrdinalIgnoreCase) ? new ReadResult<StorageTable>.Success(View(tables, name)) : Problems.NotFound($"{Subject(name)} does not exist.");
    }

    private static IEnumerable<string> NamesIn(JsonElement list) => list.GetProperty("value").EnumerateArray().Select(table => table.GetProperty("TableName").GetString()!);

    private static StorageTable View(StorageClient tables, string name) => new() { Name = name, Url = tables.UrlOf(name) };

    private static string Subject(string name) => $"The table '{name}'";
}
