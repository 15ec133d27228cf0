using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Http;

/// <summary>Submitting commands and looking at them.</summary>
public sealed class CommandFunctions(CommandIntake intake, SubmissionReader reader, CommandQueries queries)
{
    [Function("SubmitCommand")]
    public async Task<IResult> Submit(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/commands")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var (submission, refusal) = await reader.ReadAsync(request, cancellation);
        if (submission is null)
            return refusal!;
        switch (await intake.SubmitAsync(submission, client, cancellation))
        {
            case IntakeOutcome.Accepted accepted:
                request.HttpContext.Response.Headers.Location = $"{request.PathBase}{request.Path}/{accepted.Response.CommandId}/status";
                return Answers.Json(accepted.Response, HttpJson.Readable.SubmitCommandResponse, StatusCodes.Status202Accepted);
            case IntakeOutcome.Answered answered:
                return Answers.Json(answered.Response, HttpJson.Readable.SubmitCommandResponse);
            case IntakeOutcome.Refused refused:
                return Answers.Error(refused.Status, refused.Error);
            default:
                throw new InvalidOperationException("An outcome that this endpoint does not know.");
        }
    }

    [Function("GetCommand")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/commands/{id}/status")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        if (ClientOf(request) is null)
            return NoClient();
        return await queries.FindAsync(id, cancellation) is { } command
            ? Answers.Json(new CommandList { Commands = [command] }, HttpJson.Readable.CommandList)
            : Answers.NotFound($"There is no command '{id}'.");
    }

    [Function("ListCommands")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/commands/status")] HttpRequest request,
        CancellationToken cancellation)
    {
        if (ClientOf(request) is not { } client)
            return NoClient();
        var limit = 10;
        if (request.Query.TryGetValue("max_results", out var asked) && !int.TryParse(asked, System.Globalization.CultureInfo.InvariantCulture, out limit))
            return Answers.BadRequest($"max_results is '{asked}', which is no whole number.");
        if (!Query.TryParse(request.Query["query"], CommandQueries.Fields, out var query, out var problem))
            return Answers.BadQuery(problem);

        // Without a query the scope decides: everybody's commands, or just the caller's last one.
        if (query.IsEmpty && request.Query["scope"] != "agent")
        {
            _ = Query.TryParse("client:me", CommandQueries.Fields, out query, out _);
            limit = 1;
        }

        var commands = await queries.ListAsync(query, client, Math.Clamp(limit, 1, CommandQueries.MostResults), cancellation);
        return commands.Count == 0 ? Answers.NotFound("No command matches.") : Answers.Json(new CommandList { Commands = commands }, HttpJson.Readable.CommandList);
    }

    private static string? ClientOf(HttpRequest request) => request.Headers[Headers.ClientId] is [{ Length: > 0 } client] ? client : null;

    private static IResult NoClient() => Answers.BadRequest($"The header {Headers.ClientId} is missing: send any text that names you, the same in every request.");
}
