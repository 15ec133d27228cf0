using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

/// <summary>The server side of the embedded bus.</summary>
internal sealed class Broker : IAsyncDisposable
{
    public int Port { get; }

    public string ConnectionString { get; } = "";

    public static Task<Broker> StartAsync(BrokerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation) => throw new NotImplementedException();

    public Task ApplyTopologyAsync(BrokerTopology topology) => throw new NotImplementedException();

    public IReadOnlyDictionary<string, EntityCounts> Counts() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>How many messages an entity holds: deliverable or locked, waiting for their time, deferred, and in its dead-letter queue.</summary>
internal readonly record struct EntityCounts(long Active, long Scheduled, long Deferred, long DeadLetter);
