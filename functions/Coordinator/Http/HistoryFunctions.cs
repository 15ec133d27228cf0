using Formae.Coordination.History;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http;

/// <summary>What was: the versions of a resource, the changes of a stack, and what others did to it since its last reconcile.</summary>
public sealed class HistoryFunctions(HistoryQueries history, StackDriftQuery drift)
{
    private const int UsualResults = 50;
    private const int MostResults = 200;

    [Function("GetResourceHistory")]
    [Endpoint(Role.Reader, "The versions that a resource had, newest first; also of one that is gone.")]
    [Parameter("max_results", ParameterPlace.Query, "How many; default 50, at most 200.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Next of the page before.")]
    [Answer(200, "The versions.", typeof(ResourceHistory), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "That is no KSUID, or a parameter has a value that does not exist.")]
    [Answer(404, "There never was such a resource.")]
    public async Task<IResult> Resource(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/resources/by-ksuid/{ksuid}/versions")] HttpRequest request, string ksuid, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(ksuid))
            return Answers.BadRequest($"'{ksuid}' is no KSUID (27 base62 characters).");
        if (ListRequest.Read(request, $"versions/{ksuid}", [], UsualResults, MostResults, Ksuid.IsValid, out var refusal) is not { } list)
            return refusal!;
        if (await history.OfResourceAsync(ksuid, list.Page.After, list.Page.Limit ?? UsualResults, cancellation) is not { } found)
            return Answers.NotFound($"There is no resource {ksuid}, and there never was.");
        return Answers.Json(found with { Next = list.Announce(found.Next) }, HttpJson.Readable.ResourceHistory);
    }

    [Function("GetStackHistory")]
    [Endpoint(Role.Reader, "What was written to the resources of a stack, command by command, newest first.")]
    [Parameter("label", ParameterPlace.Query, "Only what was written to resources of this label, which are listed then.")]
    [Parameter("max_results", ParameterPlace.Query, "How many commands; default 50, at most 200.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Next of the page before.")]
    [Answer(200, "The commands.", typeof(StackHistory), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "A parameter has a value that does not exist.")]
    [Answer(404, "There never was such a stack.")]
    public async Task<IResult> Stack([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stacks/{stack}/history")] HttpRequest request, string stack, CancellationToken cancellation)
    {
        var label = (string?)request.Query["label"] is { Length: > 0 } asked ? asked : null;
        if (ListRequest.Read(request, $"history/{stack}/{label}", [], UsualResults, MostResults, Ksuid.IsValid, out var refusal) is not { } list)
            return refusal!;
        if (await history.OfStackAsync(stack, label, list.Page.After, list.Page.Limit ?? UsualResults, cancellation) is not { } found)
            return Answers.NotFound($"There is no stack '{stack}', and there never was.");
        return Answers.Json(found with { Next = list.Announce(found.Next) }, HttpJson.Readable.StackHistory);
    }

    [Function("GetStackDrift")]
    [Endpoint(Role.Reader, "What others did to a stack since its last reconcile, as far as it was seen: what a soft reconcile would be refused with.")]
    [Answer(200, "The modifications; none is an empty list.", typeof(StackDrift))]
    [Answer(404, "There is no such stack.")]
    public Task<IResult> Drift([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stacks/{stack}/drift")] HttpRequest request, string stack, CancellationToken cancellation) =>
        DriftAsync(stack, cancellation);

    [Function("GetStackChanges")]
    [Endpoint(Role.Reader, "The same as the drift of the stack, by another name.")]
    [Answer(200, "The modifications; none is an empty list.", typeof(StackDrift))]
    [Answer(404, "There is no such stack.")]
    public Task<IResult> Changes(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/stacks/{stack}/changes-since-last-reconcile")] HttpRequest request, string stack, CancellationToken cancellation) =>
        DriftAsync(stack, cancellation);

    private async Task<IResult> DriftAsync(string stack, CancellationToken cancellation) =>
        await drift.OfStackAsync(stack, cancellation) is { } found ? Answers.Json(found, HttpJson.Readable.StackDrift) : Answers.NotFound($"There is no stack '{stack}'.");
}
