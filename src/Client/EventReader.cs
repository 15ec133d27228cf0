using System.Net.ServerSentEvents;
using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Client;

/// <summary>Reads the events of one connection.</summary>
internal sealed class EventReader(HttpResponseMessage response, Uri server) : IAsyncDisposable
{
    // The server sends a comment every 15 seconds; one that is silent for three of them is gone.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private SseParser<CommandEvent?>? _parser;
    private IAsyncEnumerator<SseItem<CommandEvent?>>? _items;

    /// <summary>How long the server wants to be left alone before the next connection, a second at most.</summary>
    public TimeSpan Pause => _parser?.ReconnectionInterval is { Ticks: > 0 } asked && asked < TimeSpan.FromSeconds(1) ? asked : TimeSpan.FromSeconds(1);

    /// <summary>Null when the connection has ended, in whatever way.</summary>
    public async Task<CommandEvent?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            if (_items is null)
            {
                _parser = SseParser.Create(new HeardStream(await response.Content.ReadAsStreamAsync(cancellation), LongestSilence), Parse);
                _items = _parser.EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
            }

            while (await _items.MoveNextAsync())
            {
                // Events of a newer server that this client does not know are passed over.
                if (_items.Current.Data is { } happened)
                    return happened is CommandEvent.Update update ? update with { Id = _items.Current.EventId ?? "" } : happened;
            }

            return null;
        }
        catch (JsonException e)
        {
            throw new FormaeConnectionException(server, "an event cannot be read", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The connection first: an enumerator that waits for it would wait on.
        response.Dispose();
        if (_items is not null)
            await _items.DisposeAsync();
    }

    private static CommandEvent? Parse(string name, ReadOnlySpan<byte> data) => name switch
    {
        CommandEvent.Names.Status => new CommandEvent.Status(JsonSerializer.Deserialize(data, HttpJson.Default.CommandProgress)!),
        CommandEvent.Names.Update => new CommandEvent.Update("", JsonSerializer.Deserialize(data, HttpJson.Default.UpdateChange)!),
        CommandEvent.Names.End => new CommandEvent.End(JsonSerializer.Deserialize(data, HttpJson.Default.CommandProgress)!),
        _ => null,
    };
}

/// <summary>A stream that takes a long silence for its end.</summary>
internal sealed class HeardStream(Stream inner, TimeSpan longest) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(longest);
        try
        {
            return await inner.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The server has not been heard for too long.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
