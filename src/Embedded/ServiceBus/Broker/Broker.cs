using System.Net;
using System.Net.Sockets;
using Formae.Embedded.Sqlite;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

/// <summary>The server side of the embedded bus: listens on the loopback, keeps everything in one file.</summary>
internal sealed partial class Broker : IAsyncDisposable
{
    private const int ShortestKey = 16;
    private const int MostBindTries = 50;
    private static readonly TimeSpan BetweenBindTries = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan AfterFailedAccept = TimeSpan.FromMilliseconds(100);

    private readonly BrokerOptions _options;
    private readonly OwnerLock _owner;
    private readonly SqliteStore _file;
    private readonly Bus _bus;
    private readonly Socket _listener;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<BrokerConnection, Task> _connections = [];
    private Task _accepting = Task.CompletedTask;
    private bool _stopping;

    private Broker(BrokerOptions options, OwnerLock owner, SqliteStore file, Bus bus, Socket listener, ILogger logger)
    {
        (_options, _owner, _file, _bus, _listener, _logger) = (options, owner, file, bus, listener, logger);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public string ConnectionString => BusConnectionString.Format(Port, _options.Key);

    /// <exception cref="StoreInUseException">Another broker has the directory.</exception>
    /// <exception cref="CorruptStoreException">bus.db is not sound; it was not changed.</exception>
    public static async Task<Broker> StartAsync(BrokerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        if (options.Key.Length < ShortestKey)
            throw new ArgumentException($"The broker's key has {options.Key.Length} bytes; at least {ShortestKey} are needed.", nameof(options));
        cancellation.ThrowIfCancellationRequested();
        var owner = OwnerLock.Take(Path.Combine(options.DataDirectory, "bus.lock"), "a Service Bus broker");
        SqliteStore? file = null;
        Socket? listener = null;
        try
        {
            file = SqliteStore.Open(Path.Combine(options.DataDirectory, "bus.db"), BusStore.Schema, options.FlushEachCommit);
            var bus = new Bus(new BusStore(file), file, options.BodyMemory, time, loggers.CreateLogger<Bus>());
            await bus.ApplyAsync(options.Topology);
            listener = await ListenAsync(options.Port, cancellation);
            var broker = new Broker(options, owner, file, bus, listener, loggers.CreateLogger<Broker>());
            broker._accepting = broker.AcceptAsync(loggers.CreateLogger<BrokerConnection>());
            broker.LogStarted(broker.Port, options.DataDirectory);
            return broker;
        }
        catch
        {
            listener?.Dispose();
            if (file is not null)
                await file.DisposeAsync();
            owner.Dispose();
            throw;
        }
    }

    /// <summary>Adds entities at run time; properties of known ones are changed, nothing is taken away.</summary>
    public Task ApplyTopologyAsync(BrokerTopology topology) => _bus.ApplyAsync(topology);

    /// <summary>What each queue, subscription (<c>topic/Subscriptions/name</c>) and topic holds now.</summary>
    public IReadOnlyDictionary<string, EntityCounts> Counts() => _bus.Counts();

    public async ValueTask DisposeAsync()
    {
        List<KeyValuePair<BrokerConnection, Task>> connections;
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
            connections = [.. _connections];
        }

        _listener.Dispose();
        await _accepting;
        // First the bus: once it has stopped, a connection that closes gives nothing back to receivers that are closing too.
        await _bus.StopAsync();
        foreach (var (connection, _) in connections)
            connection.Close();
        await Task.WhenAll(connections.Select(connection => connection.Value));
        await _file.DisposeAsync();
        _owner.Dispose();
        LogStopped(Port);
    }

    private static async Task<Socket> ListenAsync(int port, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
                listener.Listen();
                return listener;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && port != 0 && tries < MostBindTries)
            {
                // A client that looks for the broker may hold the port for an instant (see BusLink).
                listener.Dispose();
                await Task.Delay(BetweenBindTries, TimeProvider.System, cancellation);
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
    }

    private async Task AcceptAsync(ILogger logger)
    {
        while (!Volatile.Read(ref _stopping))
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (Volatile.Read(ref _stopping))
                    return;
                // Out of file handles, most likely: they come back, and trying at once would only burn the processor.
                LogAcceptFailed(e);
                await Task.Delay(AfterFailedAccept, TimeProvider.System);
                continue;
            }

            var connection = new BrokerConnection(socket, _bus, _options.Key, logger);
            lock (_gate)
            {
                if (_stopping)
                    socket.Dispose();
                else
                    _connections.Add(connection, ServeAsync(connection));
            }
        }
    }

    private async Task ServeAsync(BrokerConnection connection)
    {
        await Task.Yield();
        await connection.RunAsync();
        lock (_gate)
            _connections.Remove(connection);
    }
}

/// <summary>How many messages an entity holds: deliverable or locked, waiting for their time, deferred, and in its dead-letter queue.</summary>
internal readonly record struct EntityCounts(long Active, long Scheduled, long Deferred, long DeadLetter);
