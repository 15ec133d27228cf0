using Formae.Coordination.Progress;
using Formae.Coordinator.Http.Access;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordinator.Http;

/// <summary>Following a command while it runs.</summary>
public sealed class EventFunctions(CommandFollowers followers, EventStream stream)
{
    [Function("WatchCommand")]
    [Endpoint(Role.Reader, "Follows a command to its end, by server-sent events.", Details = "The events are status (how the command stands: first, and again now and then), update (how one of its updates stands now) and end. Each update has an id; whoever was cut off sends the last one as Last-Event-ID and is told what follows it, by whichever instance. A stream ends after some minutes at the latest, without an event: connect again.")]
    [Parameter(Headers.LastEventId, ParameterPlace.Header, "The id of the last event that was heard; without it everything is told from the beginning.")]
    [Answer(200, "The events; the data of status and end is a CommandProgress, of update an UpdateChange.", Events = [typeof(CommandProgress), typeof(UpdateChange)])]
    [Answer(204, "The last event that was heard is the end: nothing follows.")]
    [Answer(400, "That is no id of an event.")]
    [Answer(404, "There is no such command.")]
    public async Task<IResult> Watch(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/commands/{id}/events")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var after = EventPosition.Start;
        if ((string?)request.Headers[Headers.LastEventId] is { Length: > 0 } last && !EventPosition.TryParse(last, out after))
            return Answers.BadRequest($"'{(last.Length > 100 ? last[..100] + "…" : last)}' is no id of an event: send one as it came, or none.");
        if (await followers.WatchAsync(id, after, cancellation) is not { } events)
            return Answers.NotFound($"There is no command '{id}'.");
        if (after == EventPosition.End)
            return Results.NoContent();
        await stream.WriteAsync(request.HttpContext, events, cancellation);
        return Results.Empty;
    }
}
