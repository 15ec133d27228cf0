using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

internal delegate T AnswerReader<out T>(FrameKind kind, ref WireReader reader);

/// <summary>One authenticated TCP connection to the broker: requests go out pipelined, answers find their request by its number. It lives until it breaks.</summary>
internal sealed class BusLink : IDisposable
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly FrameOutbox _outbox;
    private readonly FrameReader _reader;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, IPendingAnswer> _pending = [];
    private int _lastCorrelation;
    private Exception? _broken;
    private Task? _reading;

    private BusLink(Socket socket)
    {
        _socket = socket;
        _outbox = new FrameOutbox(socket, Break);
        _reader = new FrameReader(socket, Frames.LargestGreeting);
    }

    public bool IsBroken => Volatile.Read(ref _broken) is not null;

    public static async Task<BusLink> ConnectAsync(BusConnectionString to, CancellationToken cancellation)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        soon.CancelAfter(GreetingTime);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var link = new BusLink(socket);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, to.Port), soon.Token);
            // While nobody listens, the system may pick the very port we call as the one we call from, and connect us with ourselves.
            if (socket.LocalEndPoint is { } own && own.Equals(socket.RemoteEndPoint))
                throw new IOException("nobody listens there");
            await link.GreetAsync(to, soon.Token);
            link._reading = link.ReadLoopAsync();
            return link;
        }
        catch (Exception e) when (e is SocketException or IOException or WireFormatException or ObjectDisposedException)
        {
            // Disposed of: the other half of the connection, which writes, has learned first that it is gone.
            link.Dispose();
            throw Unreachable($"The embedded bus at {to} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            link.Dispose();
            throw Unreachable($"The embedded bus at {to} did not answer within {GreetingTime}.", e);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request. The number that <paramref name="sent"/> is told names it in a later frame (a cancellation).</summary>
    public Task<T> RequestAsync<T>(FrameKind kind, Action<WireWriter> payload, AnswerReader<T> read, Action<int>? sent = null)
    {
        var pending = new PendingAnswer<T>(read);
        int correlation;
        lock (_gate)
        {
            if (_broken is not null)
                throw Unreachable("The connection to the embedded bus is gone.", _broken);
            correlation = ++_lastCorrelation;
            _pending.Add(correlation, pending);
        }

        try
        {
            Post(kind, correlation, payload);
        }
        catch
        {
            lock (_gate)
                _pending.Remove(correlation);
            throw;
        }

        sent?.Invoke(correlation);
        return pending.Completion;
    }

    /// <summary>Sends a frame that has no answer of its own.</summary>
    public void Post(FrameKind kind, int correlation, Action<WireWriter> payload)
    {
        _outbox.Append(kind, correlation, payload, static (writer, write) => write(writer));
        _outbox.Flush();
    }

    public void Dispose() => Break(new ObjectDisposedException(nameof(BusLink)));

    private async Task GreetAsync(BusConnectionString to, CancellationToken cancellation)
    {
        await NextGreetingAsync(FrameKind.Challenge, cancellation);
        var brokerNonce = Nonce(_reader.Payload.Span);
        var clientNonce = Handshake.NewNonce();
        Post(FrameKind.Proof, 0, writer =>
        {
            writer.Bytes(clientNonce);
            writer.Bytes(Handshake.ClientProof(to.Key, brokerNonce, clientNonce));
        });
        await NextGreetingAsync(FrameKind.Welcome, cancellation);
        if (!Handshake.Matches(Nonce(_reader.Payload.Span), Handshake.BrokerProof(to.Key, brokerNonce, clientNonce)))
            throw new UnauthorizedAccessException($"What listens at {to} does not know the key of the connection string; nothing was sent to it.");
        _reader.LargestFrame = Frames.LargestAnswer;
    }

    private static byte[] Nonce(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        return reader.Bytes().ToArray();
    }

    private async Task NextGreetingAsync(FrameKind expected, CancellationToken cancellation)
    {
        if (!await _reader.ReadAsync(cancellation))
            throw new IOException("The connection was closed during the greeting.");
        if (_reader.Kind == FrameKind.Refused)
            throw ReadRefusal();
        if (_reader.Kind != expected)
            throw new WireFormatException($"Expected {expected}, got {_reader.Kind}.");
    }

    private Exception ReadRefusal()
    {
        var reader = new WireReader(_reader.Payload.Span);
        return Frames.ReadRefusal(ref reader);
    }

    private async Task ReadLoopAsync()
    {
        try
        {
            while (await _reader.ReadAsync(CancellationToken.None))
            {
                IPendingAnswer? pending;
                lock (_gate)
                    _pending.Remove(_reader.Correlation, out pending);
                pending?.Answer(_reader.Kind, _reader.Payload.Span);
            }

            Break(new IOException("The broker closed the connection."));
        }
        catch (Exception e)
        {
            Break(e);
        }
    }

    private void Break(Exception cause)
    {
        List<IPendingAnswer> waiting;
        lock (_gate)
        {
            if (_broken is not null)
                return;
            _broken = cause;
            waiting = [.. _pending.Values];
            _pending.Clear();
        }

        _socket.Dispose();
        foreach (var pending in waiting)
            pending.Fail(Unreachable("The connection to the embedded bus was lost before the answer came.", cause));
    }

    private static ServiceBusException Unreachable(string message, Exception cause) =>
        new(message, ServiceBusFailureReason.ServiceCommunicationProblem, innerException: cause);

    private interface IPendingAnswer
    {
        void Answer(FrameKind kind, ReadOnlySpan<byte> payload);

        void Fail(Exception e);
    }

    private sealed class PendingAnswer<T>(AnswerReader<T> read) : IPendingAnswer
    {
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Completion => _source.Task;

        public void Answer(FrameKind kind, ReadOnlySpan<byte> payload)
        {
            try
            {
                var reader = new WireReader(payload);
                if (kind == FrameKind.Refused)
                    _source.TrySetException(Frames.ReadRefusal(ref reader));
                else
                    _source.TrySetResult(read(kind, ref reader));
            }
            catch (WireFormatException e)
            {
                _source.TrySetException(e);
            }
        }

        public void Fail(Exception e) => _source.TrySetException(e);
    }
}
