using System.Globalization;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus.DeadLetters;
using Formae.Coordination.Queries;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Http;

/// <summary>The messages that nobody took.</summary>
public sealed class DeadLetterFunctions(DeadLetterBox box, DeadLetterHandling handling)
{
    private const string List = "deadletters";
    private const int UsualResults = 50;
    private const int MostResults = 200;

    [Function("ListDeadLetters")]
    [Endpoint(Role.Reader, "The messages that nobody took, queue by queue. Looking takes nothing.")]
    [Parameter("queue", ParameterPlace.Query, "Only those of this queue.")]
    [Parameter("max_results", ParameterPlace.Query, "How many; default 50, at most 200.", Type = "integer")]
    [Parameter("continuation", ParameterPlace.Query, "Where to go on: the Next of the page before.")]
    [Answer(200, "A page of them; an empty one when there are none.", typeof(DeadLetterList), Header = "Formae-Next: the continuation of the next page, when there is one")]
    [Answer(400, "A parameter has a value that does not exist.")]
    [Answer(404, "There is no such queue.")]
    [Answer(503, "The bus gives no answer.")]
    public Task<IResult> ListAll([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/admin/deadletters")] HttpRequest request, CancellationToken cancellation) => AskAsync(async () =>
    {
        if (ListRequest.Read(request, List, [], UsualResults, MostResults, DeadLetterBox.IsPlace, out var refusal) is not { } list)
            return refusal!;
        var queue = (string?)request.Query["queue"] is { Length: > 0 } given ? given : null;
        if (queue is not null && !(await box.QueuesAsync(cancellation)).Contains(queue))
            return Answers.NotFound($"There is no queue '{queue}'. Those there are: {string.Join(", ", await box.QueuesAsync(cancellation))}.");
        var found = await box.ListAsync(queue, list.Page, cancellation);
        return Answers.Json(new DeadLetterList { DeadLetters = found.Items, Next = list.Announce(found.Next) }, HttpJson.Readable.DeadLetterList);
    });

    [Function("GetDeadLetter")]
    [Endpoint(Role.Reader, "One message that nobody took.")]
    [Answer(200, "A list of the one.", typeof(DeadLetterList))]
    [Answer(404, "There is none of this number in this queue.")]
    [Answer(503, "The bus gives no answer.")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/admin/deadletters/{queue}/{sequence}")] HttpRequest request, string queue, string sequence, CancellationToken cancellation) => AskAsync(async () =>
        Number(sequence) is { } number && await box.FindAsync(queue, number, cancellation) is { } found ? One(found) : None(queue, sequence));

    [Function("RetryDeadLetter")]
    [Endpoint(Role.Admin, "Sends a message again, signed anew, and removes it from the dead letters.", Details = "Only a message that an app of this control plane has signed, and of requests that change something only the one that is still waited for. A message that is not signed, or forged, is never made valid.")]
    [Answer(200, "It was sent again: a list of the one, as it was.", typeof(DeadLetterList))]
    [Answer(404, "There is none of this number in this queue.")]
    [Answer(409, "It is not sent again (DeadLetterRefused), or could not be taken now (DeadLetterBusy).")]
    [Answer(503, "The bus gives no answer.")]
    public Task<IResult> Retry(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "v1/admin/deadletters/{queue}/{sequence}/retry")] HttpRequest request, string queue, string sequence,
        [DurableClient] DurableTaskClient client, CancellationToken cancellation) => AskAsync(async () =>
        Number(sequence) is { } number ? Answer(await handling.RetryAsync(queue, number, client, cancellation), queue, sequence) : None(queue, sequence));

    [Function("DropDeadLetter")]
    [Endpoint(Role.Admin, "Removes a message from the dead letters, for good.")]
    [Answer(200, "It was removed: a list of the one, as it was.", typeof(DeadLetterList))]
    [Answer(404, "There is none of this number in this queue.")]
    [Answer(409, "It could not be taken now (DeadLetterBusy).")]
    [Answer(503, "The bus gives no answer.")]
    public Task<IResult> Drop(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "v1/admin/deadletters/{queue}/{sequence}")] HttpRequest request, string queue, string sequence, CancellationToken cancellation) => AskAsync(async () =>
        Number(sequence) is { } number ? Answer(await handling.DropAsync(queue, number, cancellation), queue, sequence) : None(queue, sequence));

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IResult Answer(DeadLetterOutcome outcome, string queue, string sequence) => outcome switch
    {
        DeadLetterOutcome.Done done => One(done.Letter),
        DeadLetterOutcome.Refused refused => Answers.Error(ErrorCodes.DeadLetterRefused, refused.Reason),
        DeadLetterOutcome.Busy busy => Answers.Error(ErrorCodes.DeadLetterBusy, busy.Reason),
        _ => None(queue, sequence),
    };

    private static IResult One(DeadLetter letter) => Answers.Json(new DeadLetterList { DeadLetters = [letter] }, HttpJson.Readable.DeadLetterList);

    private static IResult None(string queue, string sequence) => Answers.NotFound($"The queue '{queue}' has no dead letter {sequence}.");

    private static async Task<IResult> AskAsync(Func<Task<IResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ServiceBusException e)
        {
            return Answers.Error(ErrorCodes.BusUnavailable, $"The bus cannot be asked now ({e.Reason}).");
        }
    }
}
