using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Http;

/// <summary>Submitting commands and looking at them.</summary>
public sealed class CommandFunctions(CommandIntake intake, SubmissionReader reader, CommandQueries queries)
{
    private const int UsualResults = 10;

    [Function("SubmitCommand")]
    [Endpoint(Role.Operator, "Gives a command: apply a document, destroy what a document or a query names, or roll a stack back to where it was.", Details = "The fields are those of a form, or parameters of the query string beside a body that is the document itself, in JSON or YAML.")]
    [Parameter(Headers.ClientId, ParameterPlace.Header, "Names who asks; the same in every request.", IsRequired = true)]
    [Parameter("command", ParameterPlace.Form, "What to do.", IsRequired = true, Values = "apply|destroy|rollback")]
    [Parameter("mode", ParameterPlace.Form, "Apply only. With reconcile the document is the whole of its stacks; default patch.", Values = "patch|reconcile")]
    [Parameter("simulate", ParameterPlace.Form, "Plan and answer, and do nothing.", Type = "boolean")]
    [Parameter("force", ParameterPlace.Form, "With reconcile: overwrite what changed since the last one.", Type = "boolean")]
    [Parameter("on-dependents", ParameterPlace.Form, "When others depend on what is deleted: refuse or delete them too; default abort.", Values = "abort|cascade")]
    [Parameter("query", ParameterPlace.Form, "Destroy only, in the place of a document. Fields: stack, type, label, target, native_id.")]
    [Parameter("stack", ParameterPlace.Form, "Rollback only: the stack.")]
    [Parameter("to", ParameterPlace.Form, "Rollback only: the id of a command, a time in RFC 3339, or how long ago (90s, 15m, 2h, 7d).")]
    [Parameter("file", ParameterPlace.File, "The document.")]
    [Answer(200, "Nothing runs: a simulation, or there is nothing to do.", typeof(SubmitCommandResponse))]
    [Answer(202, "It runs.", typeof(SubmitCommandResponse), Header = "Location: where to ask how it stands")]
    [Answer(400, "The request or the document is wrong, or refers to what there is not.")]
    [Answer(404, "A rollback names what nothing is known of.")]
    [Answer(409, "Something stands against it: another command, a change since the last reconcile, dependents.")]
    [Answer(413, "The document is too large.")]
    [Answer(422, "The document asks for what its mode cannot do.")]
    public async Task<IResult> Submit(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/commands")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var (submission, refusal) = await reader.ReadAsync(request, cancellation);
        if (submission is null)
            return refusal!;
        var caller = Caller.Of(request.HttpContext);
        switch (await intake.SubmitAsync(submission with { Subject = caller?.Subject, SubjectName = caller?.Name }, client, cancellation))
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
    [Endpoint(Role.Reader, "One command with everything it does.")]
    [Parameter(Headers.ClientId, ParameterPlace.Header, "Names who asks; the same in every request.", IsRequired = true)]
    [Answer(200, "A list of the one command.", typeof(CommandList))]
    [Answer(404, "There is no such command.")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/commands/{id}/status")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        if (SubmissionReader.ClientOf(request) is null)
            return Answers.NoClient();
        return await queries.FindAsync(id, cancellation) is { } command
            ? Answers.Json(new CommandList { Commands = [command] }, HttpJson.Readable.CommandList)
            : Answers.NotFound($"There is no command '{id}'.");
    }

    [Function("ListCommands")]
    [Endpoint(Role.Reader, "Commands, newest first.", Details = "Without a query the scope decides: client is the caller's last command, agent is everybody's.")]
    [Parameter(Headers.ClientId, ParameterPlace.Header, "Names who asks; the same in every request.", IsRequired = true)]
    [Parameter("query", ParameterPlace.Query, "Fields: id, client (me is the caller), command, status, stack.")]
    [Parameter("scope", ParameterPlace.Query, "Whose, without a query; default client.", Values = "client|agent")]
    [Parameter("max_results", ParameterPlace.Query, "How many: 10 when nothing is said, and never more than 200.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Formae-Next of the page before.")]
    [Answer(200, "A page of them.", typeof(CommandList), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "The query cannot be understood, or a parameter has a value that does not exist.")]
    [Answer(404, "None matches.")]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/commands/status")] HttpRequest request,
        CancellationToken cancellation)
    {
        if (SubmissionReader.ClientOf(request) is not { } client)
            return Answers.NoClient();
        if (ListRequest.Read(request, "commands", CommandQueries.Fields, UsualResults, CommandQueries.MostResults, Ksuid.IsValid, out var refusal) is not { } list)
            return refusal!;
        if ((string?)request.Query["scope"] is not (null or "" or "client" or "agent") and var scope)
            return Answers.BadRequest($"scope is '{scope}'; it is 'client' or 'agent'.");

        // Without a query the scope decides: everybody's commands, or just the caller's last one.
        var isLastOfCaller = list.Query.IsEmpty && request.Query["scope"] != "agent";
        if (isLastOfCaller)
        {
            _ = Query.TryParse("client:me", CommandQueries.Fields, out var mine, out _);
            list = list.With(mine, new Page(1, null));
        }

        var found = await queries.ListAsync(list.Query, client, list.Page, cancellation);
        if (!isLastOfCaller)
            list.Announce(found.Next);
        return found.Items.Count == 0 ? Answers.NotFound("No command matches.") : Answers.Json(new CommandList { Commands = found.Items }, HttpJson.Readable.CommandList);
    }
}
