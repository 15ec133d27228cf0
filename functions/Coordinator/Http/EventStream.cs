using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Coordination.Progress;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Formae.Coordinator.Http;

/// <summary>Writes events as they come, and now and then a comment where none does. What the reader does not take is not kept for him: the next event is asked for when he has.</summary>
public sealed class EventStream(EventOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    // How soon to connect again, in milliseconds, as browsers understand it.
    private static readonly byte[] Head = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    private const int FlushAt = 16 * 1024;

    public async Task WriteAsync(HttpContext http, IAsyncEnumerable<CommandEvent> events, CancellationToken cancellation)
    {
        using var longest = new CancellationTokenSource(options.Longest, time);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation, http.RequestAborted, lifetime.ApplicationStopping, longest.Token);
        var response = http.Response;
        response.ContentType = CommandEvent.ContentType;
        response.Headers.CacheControl = "no-cache, no-store, no-transform";

        // Reverse proxies of the nginx family gather answers otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.BodyWriter.WriteAsync(Head, closing.Token);
            await WriteAsync(response.BodyWriter, events, closing.Token);
            await response.BodyWriter.FlushAsync(closing.Token);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Whoever wants to hear more connects again and says what he has heard.
        }
    }

    private async Task WriteAsync(PipeWriter writer, IAsyncEnumerable<CommandEvent> events, CancellationToken closing)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(closing);
        await using var enumerator = events.GetAsyncEnumerator(leaving.Token);
        var gathered = 0;
        while (true)
        {
            var next = enumerator.MoveNextAsync();
            if (!next.IsCompleted)
            {
                var pending = next.AsTask();
                gathered = 0;
                await WaitAsync(writer, pending, leaving);
                next = new ValueTask<bool>(pending);
            }

            if (!await next)
                return;
            gathered += Write(writer, enumerator.Current);
            if (gathered < FlushAt)
                continue;
            await writer.FlushAsync(closing);
            gathered = 0;
        }
    }

    /// <summary>Sends what was gathered, and comments until there is more.</summary>
    private async Task WaitAsync(PipeWriter writer, Task next, CancellationTokenSource leaving)
    {
        try
        {
            await writer.FlushAsync(leaving.Token);
            while (!next.IsCompleted && !leaving.IsCancellationRequested)
            {
                using var rest = CancellationTokenSource.CreateLinkedTokenSource(leaving.Token);
                var pause = Task.Delay(options.KeepAlive, time, rest.Token);
                if (await Task.WhenAny(next, pause) == pause && !leaving.IsCancellationRequested)
                    await writer.WriteAsync(KeepAlive, leaving.Token);
                await rest.CancelAsync();
            }
        }
        catch
        {
            // An enumerator is left only when it has come to rest, whatever happens to the connection.
            await leaving.CancelAsync();
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static int Write(PipeWriter writer, CommandEvent happened) => happened switch
    {
        CommandEvent.Status status => Write(writer, CommandEvent.Names.Status, null, status.Command, HttpJson.Readable.CommandProgress),
        CommandEvent.Update update => Write(writer, CommandEvent.Names.Update, update.Id, update.Change, HttpJson.Readable.UpdateChange),
        CommandEvent.End end => Write(writer, CommandEvent.Names.End, CommandEvent.EndId, end.Command, HttpJson.Readable.CommandProgress),
        _ => throw new InvalidOperationException("An event that this stream does not know."),
    };

    private static int Write<T>(PipeWriter writer, string name, string? id, T data, JsonTypeInfo<T> type)
    {
        // JSON on one line has no line ends, so it is one field.
        var text = $"event: {name}\n{(id is null ? "" : $"id: {id}\n")}data: {JsonSerializer.Serialize(data, type)}\n\n";
        return (int)Encoding.UTF8.GetBytes(text, writer);
    }
}
