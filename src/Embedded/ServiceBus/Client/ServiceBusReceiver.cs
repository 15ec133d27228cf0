#nullable disable // as in the real package, whose members carry no annotations

using System.Runtime.CompilerServices;
using Formae.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives from one queue, subscription or dead-letter queue, and settles what it received.</summary>
public class ServiceBusReceiver : IAsyncDisposable
{
    private readonly BusConnection _connection;
    private readonly Prefetcher _prefetcher;
    private volatile bool _closed;

    protected ServiceBusReceiver()
    {
    }

    internal ServiceBusReceiver(BusConnection connection, string entityPath, ServiceBusReceiverOptions options)
    {
        options ??= new ServiceBusReceiverOptions();
        _connection = connection;
        EntityPath = EntityPaths.SubQueueOf(entityPath, options.SubQueue);
        Identifier = options.Identifier ?? $"{EntityPath}-{Guid.NewGuid()}";
        ReceiveMode = options.ReceiveMode;
        PrefetchCount = options.PrefetchCount;
        if (PrefetchCount > 0)
            _prefetcher = new Prefetcher(connection, EntityPath, ReceiveMode, PrefetchCount);
    }

    public virtual string FullyQualifiedNamespace => _connection.Name;

    public virtual string EntityPath { get; }

    public virtual string Identifier { get; }

    public virtual ServiceBusReceiveMode ReceiveMode { get; }

    public virtual int PrefetchCount { get; }

    public virtual bool IsClosed => _closed;

    /// <summary>The next message; null when none came within <paramref name="maxWaitTime"/> (default: the try time-out, 1 min).</summary>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveMessageAsync(TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default)
    {
        var messages = await ReceiveMessagesAsync(1, maxWaitTime, cancellationToken);
        return messages.Count == 0 ? null : messages[0];
    }

    /// <summary>Waits for at least one message and returns what is there then, up to <paramref name="maxMessages"/>; empty when none came in time. It does not linger for more.</summary>
    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(int maxMessages, TimeSpan? maxWaitTime = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        var wait = maxWaitTime ?? _connection.TryTimeout;
        if (wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(maxWaitTime), wait, "The wait must be zero, positive or infinite.");
        return _prefetcher is null
            ? _connection.ReceiveAsync(EntityPath, ReceiveMode, maxMessages, wait, cancellationToken)
            : _prefetcher.TakeAsync(maxMessages, wait, cancellationToken);
    }

    public virtual async IAsyncEnumerable<ServiceBusReceivedMessage> ReceiveMessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ReceiveMessageAsync(Timeout.InfiniteTimeSpan, cancellationToken) is { } message)
                yield return message;
        }
    }

    /// <summary>The next message from <paramref name="fromSequenceNumber"/> on, whatever its state, without locking it. Unlike the service, nothing is remembered between calls: without a number it is the first.</summary>
    public virtual async Task<ServiceBusReceivedMessage> PeekMessageAsync(long? fromSequenceNumber = null, CancellationToken cancellationToken = default)
    {
        var messages = await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken);
        return messages.Count == 0 ? null : messages[0];
    }

    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(int maxMessages, long? fromSequenceNumber = null, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        return _connection.PeekAsync(EntityPath, fromSequenceNumber ?? 0, maxMessages, cancellationToken);
    }

    public virtual async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        (await ReceiveDeferredMessagesAsync([sequenceNumber], cancellationToken))[0];

    public virtual Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredMessagesAsync(IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        ThrowIfClosed();
        return _connection.ReceiveDeferredAsync(EntityPath, ReceiveMode, [.. sequenceNumbers], cancellationToken);
    }

    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(message, Settlement.Complete, null, cancellationToken);

    public virtual Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(message, Settlement.Abandon, Copy(propertiesToModify), cancellationToken);

    public virtual Task DeferMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(message, Settlement.Defer, Copy(propertiesToModify), cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, propertiesToModify, null, null, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, null, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default)
    {
        var properties = Copy(propertiesToModify) ?? [];
        AddReason(properties, ServiceBusReceivedMessage.DeadLetterReasonProperty, deadLetterReason, nameof(deadLetterReason));
        AddReason(properties, ServiceBusReceivedMessage.DeadLetterDescriptionProperty, deadLetterErrorDescription, nameof(deadLetterErrorDescription));
        return SettleAsync(message, Settlement.DeadLetter, properties, cancellationToken);
    }

    /// <summary>Locks the message for another lock duration from now; its <c>LockedUntil</c> tells until when.</summary>
    public virtual async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ThrowIfNotSettleable(message);
        message.LockedUntil = await _connection.RenewLockAsync(EntityPath, message.LockTokenGuid, cancellationToken);
    }

    public virtual async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        if (_closed)
            return;
        _closed = true;
        if (_prefetcher is not null)
            await _prefetcher.DisposeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back messages that nobody has looked at: they are ready at once and their delivery is not counted.</summary>
    internal Task ReleaseAsync(IReadOnlyList<ServiceBusReceivedMessage> messages, CancellationToken cancellationToken) =>
        _connection.ReleaseAsync(EntityPath, messages, cancellationToken);

    private async Task SettleAsync(ServiceBusReceivedMessage message, Settlement settlement, Dictionary<string, object> properties, CancellationToken cancellationToken)
    {
        ThrowIfNotSettleable(message);
        await _connection.SettleAsync(EntityPath, message.LockTokenGuid, settlement, properties, cancellationToken);
        message.IsSettled = true;
    }

    private void ThrowIfNotSettleable(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfClosed();
        if (ReceiveMode != ServiceBusReceiveMode.PeekLock)
            throw new InvalidOperationException("The message was deleted when it was received (ReceiveAndDelete); it cannot be settled or renewed.");
        if (message.LockTokenGuid == Guid.Empty)
            throw new InvalidOperationException("The message was peeked, not received: it has no lock that could be settled or renewed.");
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed || _connection.IsClosed, this);

    private static Dictionary<string, object> Copy(IDictionary<string, object> properties) => properties is null ? null : new Dictionary<string, object>(properties);

    private static void AddReason(Dictionary<string, object> properties, string name, string text, string parameter)
    {
        const int Longest = 4096;
        if (text is null)
            return;
        if (text.Length > Longest)
            throw new ArgumentOutOfRangeException(parameter, $"The text has {text.Length} characters; {Longest} are allowed.");
        if (properties.TryGetValue(name, out var given) && !Equals(given, text))
            throw new InvalidOperationException($"The property '{name}' and the parameter '{parameter}' say different things.");
        properties[name] = text;
    }
}
