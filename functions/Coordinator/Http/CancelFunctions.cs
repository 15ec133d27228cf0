using Formae.Coordination.Commands;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Primitives;

namespace Formae.Coordinator.Http;

/// <summary>Stopping commands.</summary>
public sealed class CancelFunctions(CommandCancellation cancellations)
{
    private const int LongestForm = 64 * 1024;

    [Function("CancelCommands")]
    [Endpoint(
        Role.Operator,
        "Cancels commands that run: what has not started does not start, and what runs comes to its end.",
        Details = "The fields are those of a form, or parameters of the query string. How the commands end, their status tells.")]
    [Parameter(Headers.ClientId, ParameterPlace.Header, "Names who asks; the same in every request.", IsRequired = true)]
    [Parameter("query", ParameterPlace.Form, "Which of the running commands, 100 at most; default the caller's last one. Fields: id, client (me is the caller), command, status, stack, source.")]
    [Parameter("force", ParameterPlace.Form, "Do not wait for what runs: the commands are over at once, and an object that still comes to be is kept in $unmanaged.", Type = "boolean")]
    [Answer(202, "They are canceled, and end as soon as nothing of them runs any more.", typeof(CancelCommandResponse))]
    [Answer(400, "The query cannot be understood, or a parameter has a value that does not exist.")]
    [Answer(404, "None of the commands that are meant still runs.")]
    [Answer(500, "Some could not be canceled and go on; the data says which. Asking again is safe.")]
    public async Task<IResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/commands/cancel")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        if (SubmissionReader.ClientOf(request) is not { } caller)
            return Answers.NoClient();
        Func<string, StringValues> field = name => request.Query[name];
        if (request.HasFormContentType)
        {
            try
            {
                var form = await request.ReadFormAsync(new FormOptions { BufferBodyLengthLimit = LongestForm, MultipartBodyLengthLimit = LongestForm, ValueLengthLimit = LongestForm }, cancellation);
                field = name => form.TryGetValue(name, out var value) ? value : request.Query[name];
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                return Answers.BadRequest($"The form cannot be read: {e.Message}");
            }
        }

        if (!SubmissionReader.TryReadFlag(field("force"), out var force))
            return SubmissionReader.NoFlag("force", field("force"));
        return await cancellations.CancelAsync(new CancelRequest(field("query"), force, caller), client, cancellation) switch
        {
            CancelOutcome.Accepted accepted => Answers.Json(accepted.Response, HttpJson.Readable.CancelCommandResponse, StatusCodes.Status202Accepted),
            CancelOutcome.Refused refused => Answers.Error(refused.Error),
            _ => throw new InvalidOperationException("An outcome that this endpoint does not know."),
        };
    }
}
