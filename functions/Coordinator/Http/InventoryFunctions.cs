using Formae.Coordination.Queries;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http;

/// <summary>Reading what there is: resources, stacks, targets, plugins, numbers.</summary>
public sealed class InventoryFunctions(InventoryQueries inventory, StatsQuery stats)
{
    [Function("ListResources")]
    public async Task<IResult> Resources([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources")] HttpRequest request, CancellationToken cancellation)
    {
        if (!Query.TryParse(request.Query["query"], InventoryQueries.ResourceFields, out var query, out var problem))
            return Answers.BadQuery(problem);
        var forma = await inventory.ResourcesAsync(query, cancellation);
        return forma.Resources.Count == 0 ? Answers.NotFound("No resource matches.") : Answers.Json(forma, HttpJson.Readable.Forma);
    }

    [Function("ListResourceSummaries")]
    public async Task<IResult> Summaries([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources/summary")] HttpRequest request, CancellationToken cancellation) =>
        Query.TryParse(request.Query["query"], InventoryQueries.ResourceFields, out var query, out var problem)
            ? Answers.Json(await inventory.SummariesAsync(query, cancellation), HttpJson.Readable.IReadOnlyListResourceSummary)
            : Answers.BadQuery(problem);

    [Function("GetResource")]
    public async Task<IResult> Resource(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources/by-ksuid/{ksuid}")] HttpRequest request, string ksuid, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(ksuid))
            return Answers.BadRequest($"'{ksuid}' is no KSUID (27 base62 characters).");
        return await inventory.ResourceAsync(ksuid, cancellation) is { } resource ? Answers.Json(resource, HttpJson.Readable.Resource) : Answers.NotFound($"There is no resource {ksuid}.");
    }

    [Function("ListStacks")]
    public async Task<IResult> Stacks([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stacks")] HttpRequest request, CancellationToken cancellation) =>
        Answers.List(await inventory.StacksAsync(cancellation), HttpJson.Readable.IReadOnlyListStack);

    [Function("ListTargets")]
    public async Task<IResult> Targets([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/targets")] HttpRequest request, CancellationToken cancellation) =>
        Query.TryParse(request.Query["query"], InventoryQueries.TargetFields, out var query, out var problem)
            ? Answers.List(await inventory.TargetsAsync(query, cancellation), HttpJson.Readable.IReadOnlyListTarget)
            : Answers.BadQuery(problem);

    [Function("ListPlugins")]
    public async Task<IResult> Plugins([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/plugins")] HttpRequest request, CancellationToken cancellation) =>
        Answers.Json(new PluginList { Plugins = await stats.PluginsAsync(withSchemas: false, cancellation) }, HttpJson.Readable.PluginList);

    [Function("GetPlugin")]
    public async Task<IResult> Plugin([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/plugins/{name}")] HttpRequest request, string name, CancellationToken cancellation)
    {
        var found = (await stats.PluginsAsync(withSchemas: true, cancellation)).FirstOrDefault(plugin =>
            string.Equals(plugin.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(plugin.Namespace, name, StringComparison.OrdinalIgnoreCase));
        return found is null
            ? Answers.Error(StatusCodes.Status404NotFound, new ErrorResponse
            {
                Error = ErrorCodes.PluginNotFound,
                Message = $"There is no plugin '{name}'.",
                Data = System.Text.Json.JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["Name"] = name }),
            })
            : Answers.Json(new PluginAnswer { Plugin = found }, HttpJson.Readable.PluginAnswer);
    }

    [Function("GetStats")]
    public async Task<IResult> Stats([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stats")] HttpRequest request, CancellationToken cancellation) =>
        Answers.Json(await stats.StatsAsync(cancellation), HttpJson.Readable.Stats);

    [Function("GetHealth")]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/health")] HttpRequest request) => Results.Text("null", "application/json");
}
