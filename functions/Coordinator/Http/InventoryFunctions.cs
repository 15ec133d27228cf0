using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http;

/// <summary>Reading what there is: resources, stacks, targets, policies, numbers.</summary>
public sealed class InventoryFunctions(InventoryQueries inventory, PolicyQueries policies, StatsQuery stats)
{
    [Function("ListResources")]
    [Endpoint(Role.Reader, "Live resources as a document, with the stacks, targets and policies that they need.")]
    [Parameter(Headers.ClientId, ParameterPlace.Header, "Names who asks; the same in every request.", IsRequired = true)]
    [Parameter("query", ParameterPlace.Query, "Fields: stack, type, label, target, managed.")]
    [Parameter("max_results", ParameterPlace.Query, "How many; all of them when nothing is said.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Formae-Next of the page before.")]
    [Answer(200, "The document.", typeof(Forma), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "The query cannot be understood, or a parameter has a value that does not exist.")]
    [Answer(404, "None matches.")]
    public async Task<IResult> Resources([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources")] HttpRequest request, CancellationToken cancellation)
    {
        if (SubmissionReader.ClientOf(request) is null)
            return Answers.NoClient();
        if (ListRequest.Read(request, "resources", InventoryQueries.ResourceFields, usual: null, most: int.MaxValue, ResourceStore.IsPlace, out var refusal) is not { } list)
            return refusal!;
        var found = await inventory.ResourcesAsync(list.Query, list.Page, cancellation);
        list.Announce(found.Next);
        return found.Items.Resources.Count == 0 ? Answers.NotFound("No resource matches.") : Answers.Json(found.Items, HttpJson.Readable.Forma);
    }

    [Function("ListResourceSummaries")]
    [Endpoint(Role.Reader, "Live resources by their names only.")]
    [Parameter("query", ParameterPlace.Query, "Fields: stack, type, label, target, managed.")]
    [Parameter("max_results", ParameterPlace.Query, "How many; all of them when nothing is said.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Formae-Next of the page before.")]
    [Answer(200, "The summaries; an empty list when none matches.", typeof(IReadOnlyList<ResourceSummary>), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "The query cannot be understood, or a parameter has a value that does not exist.")]
    public async Task<IResult> Summaries([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources/summary")] HttpRequest request, CancellationToken cancellation)
    {
        if (ListRequest.Read(request, "summaries", InventoryQueries.ResourceFields, usual: null, most: int.MaxValue, ResourceStore.IsPlace, out var refusal) is not { } list)
            return refusal!;
        var found = await inventory.SummariesAsync(list.Query, list.Page, cancellation);
        list.Announce(found.Next);
        return Answers.Json(found.Items, HttpJson.Readable.IReadOnlyListResourceSummary);
    }

    [Function("GetResource")]
    [Endpoint(Role.Reader, "One live resource by its KSUID.")]
    [Answer(200, "The resource.", typeof(Resource))]
    [Answer(400, "That is no KSUID.")]
    [Answer(404, "There is no such resource.")]
    public async Task<IResult> Resource(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources/by-ksuid/{ksuid}")] HttpRequest request, string ksuid, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(ksuid))
            return Answers.BadRequest($"'{ksuid}' is no KSUID (27 base62 characters).");
        return await inventory.ResourceAsync(ksuid, cancellation) is { } resource ? Answers.Json(resource, HttpJson.Readable.Resource) : Answers.NotFound($"There is no resource {ksuid}.");
    }

    [Function("ListStacks")]
    [Endpoint(Role.Reader, "Live stacks.")]
    [Answer(200, "The stacks.", typeof(IReadOnlyList<Stack>))]
    [Answer(404, "There is none.")]
    public async Task<IResult> Stacks([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stacks")] HttpRequest request, CancellationToken cancellation) =>
        Answers.List(await inventory.StacksAsync(cancellation), HttpJson.Readable.IReadOnlyListStack);

    [Function("ListTargets")]
    [Endpoint(Role.Reader, "Targets.")]
    [Parameter("query", ParameterPlace.Query, "Fields: label, namespace, discoverable.")]
    [Answer(200, "The targets.", typeof(IReadOnlyList<Target>))]
    [Answer(400, "The query cannot be understood.")]
    [Answer(404, "None matches.")]
    public async Task<IResult> Targets([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/targets")] HttpRequest request, CancellationToken cancellation) =>
        Query.TryParse(request.Query["query"], InventoryQueries.TargetFields, out var query, out var problem)
            ? Answers.List(await inventory.TargetsAsync(query, cancellation), HttpJson.Readable.IReadOnlyListTarget)
            : Answers.BadQuery(problem);

    [Function("ListPolicies")]
    [Endpoint(Role.Reader, "Policies: those with a label of their own and those that stand in a stack.")]
    [Answer(200, "The policies, and the stacks that each holds for.", typeof(IReadOnlyList<PolicyInventoryItem>))]
    [Answer(404, "There is none.")]
    public async Task<IResult> Policies([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/policies")] HttpRequest request, CancellationToken cancellation) =>
        Answers.List(await policies.ListAsync(cancellation), HttpJson.Readable.IReadOnlyListPolicyInventoryItem);

    [Function("GetStats")]
    [Endpoint(Role.Reader, "The control plane in numbers.")]
    [Answer(200, "The numbers.", typeof(Stats))]
    public async Task<IResult> Stats([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stats")] HttpRequest request, CancellationToken cancellation) =>
        Answers.Json(await stats.StatsAsync(cancellation), HttpJson.Readable.Stats);

    [Function("GetHealth")]
    [Endpoint(Role.Anyone, "Answers while the control plane serves.")]
    [Answer(200, "The word null.")]
    public IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/health")] HttpRequest request) => Results.Text("null", "application/json");
}
