#nullable disable // as in the real package, whose members carry no annotations

using Azure.Core;
using Formae.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>The way to the embedded bus. One connection is shared by all senders, receivers and processors made here; it is made at first use and again whenever it breaks.</summary>
public class ServiceBusClient : IAsyncDisposable
{
    private readonly BusConnection _connection;

    protected ServiceBusClient()
    {
    }

    public ServiceBusClient(string connectionString) : this(connectionString, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string connectionString, ServiceBusClientOptions options) : this(connectionString, options, TimeProvider.System)
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential) : this(fullyQualifiedNamespace, credential, new ServiceBusClientOptions())
    {
    }

    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions options) =>
        throw new NotSupportedException($"The embedded bus knows no identities: give the connection string of the broker instead of the namespace '{fullyQualifiedNamespace}' and a credential, or build with FormaeHost=Azure.");

    internal ServiceBusClient(string connectionString, ServiceBusClientOptions options, TimeProvider lockClock)
    {
        options ??= new ServiceBusClientOptions();
        _connection = new BusConnection(BusConnectionString.Parse(connectionString), options.RetryOptions ?? new ServiceBusRetryOptions(), lockClock);
        TransportType = options.TransportType;
        Identifier = options.Identifier ?? $"{_connection.Name}-{Guid.NewGuid()}";
    }

    public virtual string FullyQualifiedNamespace => _connection.Name;

    public virtual string Identifier { get; }

    public virtual bool IsClosed => _connection.IsClosed;

    public ServiceBusTransportType TransportType { get; }

    public virtual ServiceBusSender CreateSender(string queueOrTopicName) => CreateSender(queueOrTopicName, new ServiceBusSenderOptions());

    public virtual ServiceBusSender CreateSender(string queueOrTopicName, ServiceBusSenderOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueOrTopicName);
        return new ServiceBusSender(Open(), queueOrTopicName, options?.Identifier);
    }

    public virtual ServiceBusReceiver CreateReceiver(string queueName) => CreateReceiver(queueName, new ServiceBusReceiverOptions());

    public virtual ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        return new ServiceBusReceiver(Open(), queueName, options);
    }

    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName) => CreateReceiver(topicName, subscriptionName, new ServiceBusReceiverOptions());

    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions options) =>
        new(Open(), EntityPaths.Subscription(topicName, subscriptionName), options);

    public virtual ServiceBusProcessor CreateProcessor(string queueName) => CreateProcessor(queueName, new ServiceBusProcessorOptions());

    public virtual ServiceBusProcessor CreateProcessor(string queueName, ServiceBusProcessorOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        return new ServiceBusProcessor(Open(), queueName, options);
    }

    public virtual ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName) => CreateProcessor(topicName, subscriptionName, new ServiceBusProcessorOptions());

    public virtual ServiceBusProcessor CreateProcessor(string topicName, string subscriptionName, ServiceBusProcessorOptions options) =>
        new(Open(), EntityPaths.Subscription(topicName, subscriptionName), options);

    public virtual async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private BusConnection Open()
    {
        ObjectDisposedException.ThrowIf(_connection.IsClosed, this);
        return _connection;
    }
}
