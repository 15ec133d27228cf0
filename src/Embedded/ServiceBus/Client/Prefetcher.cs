using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>Keeps up to a number of messages at hand. Their locks run from the moment they were fetched, as with the service.</summary>
internal sealed class Prefetcher(BusConnection connection, string entity, ServiceBusReceiveMode mode, int size) : IAsyncDisposable
{
    private readonly Channel<Fetched> _buffer = Channel.CreateUnbounded<Fetched>();
    private readonly SemaphoreSlim _room = new(size, size);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _fetching;

    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(ServiceBusReceiver));
            _fetching ??= FetchAsync();
        }

        var messages = new List<ServiceBusReceivedMessage>();
        if (TryTake(messages, most))
            return messages;
        if (wait == TimeSpan.Zero)
            return messages;

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        if (wait != Timeout.InfiniteTimeSpan)
            enough.CancelAfter(wait);
        try
        {
            while (await _buffer.Reader.WaitToReadAsync(enough.Token))
            {
                if (TryTake(messages, most))
                    return messages;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The wait is over (or the receiver was closed): there is nothing.
        }

        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        Task? fetching;
        lock (_gate)
        {
            _stop.Cancel();
            fetching = _fetching;
        }

        if (fetching is not null)
            await fetching;
        var unseen = new List<ServiceBusReceivedMessage>();
        while (_buffer.Reader.TryRead(out var fetched))
        {
            if (fetched.Message is not null)
                unseen.Add(fetched.Message);
        }

        if (unseen.Count > 0 && mode == ServiceBusReceiveMode.PeekLock && !connection.IsClosed)
            await connection.ReleaseAsync(entity, unseen, CancellationToken.None);
    }

    private bool TryTake(List<ServiceBusReceivedMessage> messages, int most)
    {
        using var _ = _gate.EnterScope();
        while (messages.Count < most && _buffer.Reader.TryPeek(out var next))
        {
            // An error is told alone, after the messages that came before it.
            if (next.Failure is not null && messages.Count > 0)
                break;
            if (!_buffer.Reader.TryRead(out var fetched))
                break;
            _room.Release(fetched.Slots);
            if (fetched.Failure is not null)
                throw fetched.Failure;
            messages.Add(fetched.Message!);
        }

        return messages.Count > 0;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The failure is handed to the next receive, which throws it.")]
    private async Task FetchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var slots = 0;
            try
            {
                await _room.WaitAsync(_stop.Token);
                for (slots = 1; slots < size && _room.Wait(0); slots++)
                {
                }

                var messages = await connection.ReceiveAsync(entity, mode, slots, Timeout.InfiniteTimeSpan, _stop.Token);
                foreach (var message in messages)
                    _buffer.Writer.TryWrite(new Fetched(message, null, 1));
                if (slots > messages.Count)
                    _room.Release(slots - messages.Count);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The slots stay taken until somebody has heard of it, so a lasting failure does not turn into a busy loop.
                _buffer.Writer.TryWrite(new Fetched(null, e, slots));
            }
        }
    }

    private readonly record struct Fetched(ServiceBusReceivedMessage? Message, Exception? Failure, int Slots);
}
