using System.Net;
using System.Runtime.CompilerServices;
using Formae.Protocol.Http;

namespace Formae.Client;

/// <summary>Following commands.</summary>
public sealed partial class FormaeClient
{
    // A control plane that restarts is back well within this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // The server greets at once; where nothing comes, something in between keeps it back.
    private static readonly TimeSpan UntilGreeted = TimeSpan.FromSeconds(5);

    private const int MostSilentStreams = 3;

    /// <summary>
    /// Everything that becomes of a command, as it happens, until its end: each event once, in order. Connects again by itself where a connection is cut, and goes on
    /// behind the last event. The first event of each connection is a <see cref="CommandEvent.Status"/>; without <paramref name="lastEventId"/> everything is told from the
    /// command's beginning.
    /// </summary>
    /// <param name="id">The command's id.</param>
    /// <param name="lastEventId">The <see cref="CommandEvent.Update.Id"/> behind which to begin. Default null: from the beginning.</param>
    /// <param name="cancellation">Stops following; the command goes on.</param>
    /// <exception cref="FormaeApiException">There is no such command, it may not be seen, or the server is too old to tell of commands in this way.</exception>
    /// <exception cref="FormaeConnectionException">There was no answer, or none any more for 20 seconds, or something on the way keeps the events back. The command goes on; <see cref="GetCommandAsync"/> may still answer.</exception>
    public async IAsyncEnumerable<CommandEvent> WatchCommandAsync(string id, string? lastEventId = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        long? silentSince = null;
        var silent = 0;
        var isHeard = false;
        while (true)
        {
            var (stream, failure) = await ConnectAsync(id, lastEventId, cancellation);
            if (failure is not null)
            {
                if ((!isHeard && ++silent == MostSilentStreams) || TimeProvider.System.GetElapsedTime(silentSince ??= TimeProvider.System.GetTimestamp()) >= Patience)
                    throw failure;
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
                continue;
            }

            if (stream is null)
                yield break;
            silent++;
            await using (stream)
            {
                while (await stream.NextAsync(cancellation) is { } happened)
                {
                    (silent, silentSince, isHeard) = (0, null, true);
                    if (happened is CommandEvent.Update update)
                        lastEventId = update.Id;
                    yield return happened;
                    if (happened is CommandEvent.End)
                        yield break;
                }
            }

            if (silent == MostSilentStreams)
                throw new FormaeConnectionException(_server, "the connection is cut before any event comes");
            await Task.Delay(stream.Pause, cancellation);
        }
    }

    /// <summary>A stream, or nothing when nothing follows, or why there was no answer.</summary>
    private async Task<(EventReader? Stream, FormaeConnectionException? Failure)> ConnectAsync(string id, string? lastEventId, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, $"{Root}commands/{Uri.EscapeDataString(id)}/events");
        message.Headers.TryAddWithoutValidation("Accept", CommandEvent.ContentType);
        if (lastEventId is not null)
            message.Headers.TryAddWithoutValidation(Headers.LastEventId, lastEventId);
        using var greeting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        greeting.CancelAfter(UntilGreeted);
        HttpResponseMessage response;
        try
        {
            response = await AnswerAsync(message, greeting.Token, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new FormaeConnectionException(_server, $"no event came within {UntilGreeted.TotalSeconds:0} seconds", e);
        }
        catch (FormaeConnectionException e)
        {
            return (null, e);
        }

        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            response.Dispose();
            return (null, null);
        }

        if (response.Content.Headers.ContentType?.MediaType != CommandEvent.ContentType)
        {
            using (response)
                throw NotOurs(response, "");
        }

        return (new EventReader(response, _server), null);
    }
}
