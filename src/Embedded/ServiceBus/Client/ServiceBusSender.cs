#nullable disable // as in the real package, whose members carry no annotations

using Formae.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>
/// Sends to one queue or topic. A send returns when the broker has committed it. A send whose answer was lost is repeated:
/// it may arrive twice, unless the entity detects duplicates.
/// </summary>
public class ServiceBusSender : IAsyncDisposable
{
    private readonly BusConnection _connection;
    private volatile bool _closed;

    protected ServiceBusSender()
    {
    }

    internal ServiceBusSender(BusConnection connection, string entityPath, string identifier)
    {
        _connection = connection;
        EntityPath = entityPath;
        Identifier = identifier ?? $"{entityPath}-{Guid.NewGuid()}";
    }

    public virtual string FullyQualifiedNamespace => _connection.Name;

    public virtual string EntityPath { get; }

    public virtual string Identifier { get; }

    public virtual bool IsClosed => _closed;

    public virtual Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return SendAsync([WireMessage.Encode(message)], cancellationToken);
    }

    /// <summary>One batch, one commit: all of them or none. They must fit into one batch together.</summary>
    public virtual Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return SendAsync([.. messages.Select(WireMessage.Encode)], cancellationToken);
    }

    public virtual Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messageBatch);
        return SendAsync([.. messageBatch.Contents], cancellationToken);
    }

    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
        CreateMessageBatchAsync(new CreateMessageBatchOptions(), cancellationToken);

    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CreateMessageBatchOptions options, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        var size = options?.MaxSizeInBytes ?? WireMessage.LargestSize;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, WireMessage.LargestSize, nameof(CreateMessageBatchOptions.MaxSizeInBytes));
        return ValueTask.FromResult(new ServiceBusMessageBatch(size));
    }

    /// <returns>The number by which the schedule can be cancelled; the message gets another one when it becomes active.</returns>
    public virtual async Task<long> ScheduleMessageAsync(ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (await ScheduleMessagesAsync([message], scheduledEnqueueTime, cancellationToken))[0];
    }

    public virtual async Task<IReadOnlyList<long>> ScheduleMessagesAsync(IEnumerable<ServiceBusMessage> messages, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ThrowIfClosed();
        byte[][] contents = [.. messages.Select(WireMessage.Encode)];
        ThrowIfTooLarge(contents);
        return contents.Length == 0 ? [] : await _connection.ScheduleAsync(EntityPath, contents, scheduledEnqueueTime, cancellationToken);
    }

    public virtual Task CancelScheduledMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        CancelScheduledMessagesAsync([sequenceNumber], cancellationToken);

    public virtual Task CancelScheduledMessagesAsync(IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        ThrowIfClosed();
        long[] numbers = [.. sequenceNumbers];
        return numbers.Length == 0 ? Task.CompletedTask : _connection.CancelScheduledAsync(EntityPath, numbers, cancellationToken);
    }

    public virtual Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _closed = true;
        return Task.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private Task SendAsync(byte[][] contents, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ThrowIfTooLarge(contents);
        return contents.Length == 0 ? Task.CompletedTask : _connection.SendAsync(EntityPath, contents, cancellationToken);
    }

    private void ThrowIfTooLarge(byte[][] contents)
    {
        var size = 0L;
        foreach (var content in contents)
            size += content.Length;
        if (size > WireMessage.LargestSize)
            throw new ServiceBusException($"The {(contents.Length == 1 ? "message" : $"batch of {contents.Length} messages")} takes {size} bytes with its properties; {WireMessage.LargestSize} are allowed.", ServiceBusFailureReason.MessageSizeExceeded, EntityPath);
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed || _connection.IsClosed, this);
}
