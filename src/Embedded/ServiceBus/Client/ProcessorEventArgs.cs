#nullable disable // as in the real package, whose members carry no annotations

namespace Azure.Messaging.ServiceBus;

/// <summary>One message for a processor's handler, and the ways to settle it.</summary>
public class ProcessMessageEventArgs : EventArgs
{
    private readonly ServiceBusReceiver _receiver;

    public ProcessMessageEventArgs(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, CancellationToken cancellationToken)
        : this(message, receiver, receiver?.Identifier, cancellationToken)
    {
    }

    public ProcessMessageEventArgs(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, string identifier, CancellationToken cancellationToken)
    {
        Message = message;
        _receiver = receiver;
        Identifier = identifier;
        CancellationToken = cancellationToken;
    }

    public ServiceBusReceivedMessage Message { get; }

    /// <summary>Cancelled when the processor is asked to stop.</summary>
    public CancellationToken CancellationToken { get; }

    public string EntityPath => _receiver.EntityPath;

    public string FullyQualifiedNamespace => _receiver.FullyQualifiedNamespace;

    public string Identifier { get; }

    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.CompleteMessageAsync(message, cancellationToken);

    public virtual Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        _receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken);

    public virtual Task DeferMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        _receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        _receiver.DeadLetterMessageAsync(message, propertiesToModify, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default) =>
        _receiver.DeadLetterMessageAsync(message, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default) =>
        _receiver.DeadLetterMessageAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public virtual Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        _receiver.RenewMessageLockAsync(message, cancellationToken);
}

/// <summary>What went wrong in a processor, and where.</summary>
public sealed class ProcessErrorEventArgs : EventArgs
{
    public ProcessErrorEventArgs(Exception exception, ServiceBusErrorSource errorSource, string fullyQualifiedNamespace, string entityPath, CancellationToken cancellationToken)
        : this(exception, errorSource, fullyQualifiedNamespace, entityPath, "", cancellationToken)
    {
    }

    public ProcessErrorEventArgs(Exception exception, ServiceBusErrorSource errorSource, string fullyQualifiedNamespace, string entityPath, string identifier, CancellationToken cancellationToken)
    {
        Exception = exception;
        ErrorSource = errorSource;
        FullyQualifiedNamespace = fullyQualifiedNamespace;
        EntityPath = entityPath;
        Identifier = identifier;
        CancellationToken = cancellationToken;
    }

    public Exception Exception { get; }

    public ServiceBusErrorSource ErrorSource { get; }

    public string FullyQualifiedNamespace { get; }

    public string EntityPath { get; }

    public string Identifier { get; }

    public CancellationToken CancellationToken { get; }
}
