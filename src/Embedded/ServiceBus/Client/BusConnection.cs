using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>What the senders and receivers of one client share: a link that is made when needed and made again when it broke, and the retries around it.</summary>
internal sealed class BusConnection(BusConnectionString address, ServiceBusRetryOptions retry, TimeProvider lockClock) : IAsyncDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _closed = new();
    private BusLink? _link;

    public string Name => $"{address.Host}:{address.Port}";

    public TimeSpan TryTimeout => retry.TryTimeout;

    /// <summary>The clock that locks are measured with: the broker's.</summary>
    public TimeProvider LockClock => lockClock;

    public bool IsClosed => _closed.IsCancellationRequested;

    public Task SendAsync(string entity, IReadOnlyList<byte[]> contents, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.Send, writer =>
        {
            writer.Text(entity);
            WriteContents(writer, contents);
        }, ReadNothing, cancellation);

    public Task<long[]> ScheduleAsync(string entity, IReadOnlyList<byte[]> contents, DateTimeOffset due, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.Schedule, writer =>
        {
            writer.Text(entity);
            writer.Int64(due.UtcTicks);
            WriteContents(writer, contents);
        }, ReadNumbers, cancellation);

    public Task CancelScheduledAsync(string entity, long[] sequenceNumbers, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.CancelScheduled, writer =>
        {
            writer.Text(entity);
            WriteNumbers(writer, sequenceNumbers);
        }, ReadNothing, cancellation);

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(string entity, long from, int most, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.Peek, writer =>
        {
            writer.Text(entity);
            writer.Int64(from);
            writer.Int32(most);
        }, ReadMessages, cancellation);

    public Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredAsync(string entity, ServiceBusReceiveMode mode, long[] sequenceNumbers, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.ReceiveDeferred, writer =>
        {
            writer.Text(entity);
            writer.Byte((byte)mode);
            WriteNumbers(writer, sequenceNumbers);
        }, ReadMessages, cancellation);

    public Task SettleAsync(string entity, Guid lockToken, Settlement settlement, Dictionary<string, object>? properties, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.Settle, writer =>
        {
            writer.Text(entity);
            writer.Guid(lockToken);
            writer.Byte((byte)settlement);
            PropertyValues.WriteAll(writer, properties ?? [], properties?.Count ?? 0);
        }, ReadNothing, cancellation);

    /// <summary>Gives back messages that no handler has seen: at once, and without counting the delivery.</summary>
    public Task ReleaseAsync(string entity, IReadOnlyList<ServiceBusReceivedMessage> messages, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.Release, writer =>
        {
            writer.Text(entity);
            writer.Int32(messages.Count);
            foreach (var message in messages)
                writer.Guid(message.LockTokenGuid);
        }, ReadNothing, cancellation);

    public Task<DateTimeOffset> RenewLockAsync(string entity, Guid lockToken, CancellationToken cancellation) =>
        InvokeAsync(FrameKind.RenewLock, writer =>
        {
            writer.Text(entity);
            writer.Guid(lockToken);
        }, static (FrameKind _, ref WireReader reader) => reader.Time(), cancellation);

    /// <summary>
    /// Waits for at least one message and returns what is there then, up to <paramref name="most"/>; an empty list when <paramref name="wait"/> has passed.
    /// When cancelled it returns what was already on its way, or throws.
    /// </summary>
    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveAsync(string entity, ServiceBusReceiveMode mode, int most, TimeSpan wait, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        if (wait > TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
            enough.CancelAfter(wait);

        var messages = await RetryAsync<IReadOnlyList<ServiceBusReceivedMessage>>(async link =>
        {
            if (enough.IsCancellationRequested)
                return [];
            var correlation = 0;
            var answer = link.RequestAsync(FrameKind.Receive, writer =>
            {
                writer.Text(entity);
                writer.Byte((byte)mode);
                writer.Int32(most);
                writer.Byte(wait <= TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan ? (byte)0 : (byte)1);
            }, ReadMessages, number => correlation = number);

            // The answer is awaited even when cancelled: it says whether messages were handed out before the cancellation arrived.
            await using var registration = enough.Token.UnsafeRegister(_ => link.Post(FrameKind.CancelReceive, correlation, static _ => { }), null);
            return await answer;
        }, cancellation, enough.Token);

        if (messages.Count == 0)
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            if (cancellation.IsCancellationRequested)
                throw new TaskCanceledException("The receive was cancelled.", null, cancellation);
        }

        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _connecting.WaitAsync();
        _link?.Dispose();
        _connecting.Release();
    }

    private Task<T> InvokeAsync<T>(FrameKind kind, Action<WireWriter> payload, AnswerReader<T> read, CancellationToken cancellation) =>
        RetryAsync(link => link.RequestAsync(kind, payload, read).WaitAsync(cancellation), cancellation);

    private async Task<T> RetryAsync<T>(Func<BusLink, Task<T>> attempt, CancellationToken cancellation, CancellationToken giveUp = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return await attempt(Volatile.Read(ref _link) is { IsBroken: false } link ? link : await ConnectAsync(cancellation));
            }
            catch (OperationCanceledException) when (IsClosed && !cancellation.IsCancellationRequested)
            {
                throw new ObjectDisposedException(nameof(ServiceBusClient));
            }
            catch (ServiceBusException e) when (e.IsTransient && !IsClosed && !giveUp.IsCancellationRequested && MayRetry(e, tries, started))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
                await Task.Delay(DelayAfter(tries), TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            }
        }
    }

    private bool MayRetry(ServiceBusException e, int tries, long started) =>
        e.Reason == ServiceBusFailureReason.ServiceCommunicationProblem ? TimeProvider.System.GetElapsedTime(started) < retry.TryTimeout : tries < retry.MaxRetries;

    // A broker on the same machine is back within moments: begin far below the configured delay and grow up to it.
    private TimeSpan DelayAfter(int tries)
    {
        var grown = FirstDelay * Math.Pow(2, Math.Min(tries, 16));
        var limit = retry.Delay < retry.MaxDelay ? retry.Delay : retry.MaxDelay;
        return grown < limit ? grown : limit;
    }

    private async Task<BusLink> ConnectAsync(CancellationToken cancellation)
    {
        await _connecting.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            if (_link is { IsBroken: false } live)
                return live;
            _link?.Dispose();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
            var link = await BusLink.ConnectAsync(address, stop.Token);
            Volatile.Write(ref _link, link);
            return link;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static void WriteContents(WireWriter writer, IReadOnlyList<byte[]> contents)
    {
        writer.Int32(contents.Count);
        foreach (var content in contents)
            writer.Bytes(content);
    }

    private static void WriteNumbers(WireWriter writer, long[] numbers)
    {
        writer.Int32(numbers.Length);
        foreach (var number in numbers)
            writer.Int64(number);
    }

    private static bool ReadNothing(FrameKind kind, ref WireReader reader) => true;

    private static long[] ReadNumbers(FrameKind kind, ref WireReader reader)
    {
        var numbers = new long[reader.Count(smallestItem: 8)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = reader.Int64();
        return numbers;
    }

    private static IReadOnlyList<ServiceBusReceivedMessage> ReadMessages(FrameKind kind, ref WireReader reader)
    {
        var count = reader.Count(smallestItem: 8);
        if (count == 0)
            return [];
        var messages = new ServiceBusReceivedMessage[count];
        for (var i = 0; i < count; i++)
        {
            var delivery = Delivery.Read(ref reader);
            messages[i] = WireMessage.Decode(delivery, reader.Bytes().ToArray());
        }

        return messages;
    }
}
