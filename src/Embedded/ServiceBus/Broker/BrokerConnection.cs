using System.Net.Sockets;
using System.Security.Cryptography;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

/// <summary>One client: who it is, what it asks, and the way back to it. Anything that is not a frame ends this connection and nothing else.</summary>
internal sealed partial class BrokerConnection
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly Bus _bus;
    private readonly byte[] _key;
    private readonly FrameReader _reader;
    private readonly ILogger _logger;

    public BrokerConnection(Socket socket, Bus bus, byte[] key, ILogger logger)
    {
        (_socket, _bus, _key, _logger) = (socket, bus, key, logger);
        Outbox = new FrameOutbox(socket, _ => Close());
        _reader = new FrameReader(socket, Frames.LargestGreeting);
    }

    public FrameOutbox Outbox { get; }

    /// <summary>Serves the client until it goes, misbehaves or is closed. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await GreetAsync())
                await ServeAsync();
        }
        catch (WireFormatException e)
        {
            LogGarbage(e.Message);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client is gone, or the broker is stopping: nobody to tell.
        }
        catch (Exception e)
        {
            LogFailed(e);
        }

        Close();
        _bus.Disconnected(this);
    }

    public void Refuse(int correlation, ServiceBusFailureReason reason, string message, string? entity) =>
        Outbox.Append(FrameKind.Refused, correlation, (reason, message, entity), static (writer, refusal) => Frames.WriteRefusal(writer, refusal.reason, false, refusal.message, refusal.entity));

    public void Close() => _socket.Dispose();

    private async Task<bool> GreetAsync()
    {
        using var soon = new CancellationTokenSource(GreetingTime);
        var nonce = Handshake.NewNonce();
        Outbox.Append(FrameKind.Challenge, 0, nonce, static (writer, bytes) => writer.Bytes(bytes));
        Outbox.Flush();
        if (!await _reader.ReadAsync(soon.Token))
            return false;
        if (_reader.Kind != FrameKind.Proof)
            throw new WireFormatException($"A client began with {_reader.Kind}.");
        if (Answer(_reader.Payload.Span, nonce) is not { } proof)
        {
            LogWrongKey();
            await RefuseStrangerAsync(soon.Token);
            return false;
        }

        Outbox.Append(FrameKind.Welcome, 0, proof, static (writer, bytes) => writer.Bytes(bytes));
        Outbox.Flush();
        _reader.LargestFrame = Frames.LargestRequest;
        return true;
    }

    /// <summary>The broker's own proof, or null when the client's is wrong.</summary>
    private byte[]? Answer(ReadOnlySpan<byte> payload, byte[] nonce)
    {
        var reader = new WireReader(payload);
        var clientNonce = reader.Bytes();
        return Handshake.Matches(reader.Bytes(), Handshake.ClientProof(_key, nonce, clientNonce)) ? Handshake.BrokerProof(_key, nonce, clientNonce) : null;
    }

    private async Task RefuseStrangerAsync(CancellationToken cancellation)
    {
        const string Message = "The embedded bus refused the connection: the SharedAccessKey of the connection string is not the broker's.";
        Outbox.Append(FrameKind.Refused, 0, Message, static (writer, text) => Frames.WriteRefusal(writer, ServiceBusFailureReason.GeneralError, true, text, null));
        Outbox.Flush();
        // Until it has read the refusal and hung up: closing at once could take the words back.
        await _reader.ReadAsync(cancellation);
    }

    private async Task ServeAsync()
    {
        while (await _reader.ReadAsync(CancellationToken.None))
        {
            Dispatch(_reader.Kind, _reader.Correlation, _reader.Payload.Span);
            if (!_reader.HasFrame)
                _bus.Flush();
        }
    }

    private void Dispatch(FrameKind kind, int correlation, ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        if (kind == FrameKind.CancelReceive)
        {
            _bus.CancelReceive(this, correlation);
            return;
        }

        var path = reader.Text();
        switch (kind)
        {
            case FrameKind.Send:
                _bus.Send(this, correlation, path, ReadContents(ref reader), due: null);
                break;
            case FrameKind.Schedule:
                var due = reader.Time();
                _bus.Send(this, correlation, path, ReadContents(ref reader), due);
                break;
            case FrameKind.CancelScheduled:
                _bus.CancelScheduled(this, correlation, path, ReadNumbers(ref reader));
                break;
            case FrameKind.Receive:
                _bus.Receive(this, correlation, path, ReadMode(ref reader), reader.Int32(), reader.Byte() != 0);
                break;
            case FrameKind.ReceiveDeferred:
                _bus.ReceiveDeferred(this, correlation, path, ReadMode(ref reader), ReadNumbers(ref reader));
                break;
            case FrameKind.Peek:
                _bus.Peek(this, correlation, path, reader.Int64(), reader.Int32());
                break;
            case FrameKind.Settle:
                _bus.Settle(this, correlation, path, reader.Guid(), ReadSettlement(ref reader), PropertyValues.ReadAll(ref reader));
                break;
            case FrameKind.Release:
                _bus.Release(this, correlation, path, ReadTokens(ref reader));
                break;
            case FrameKind.RenewLock:
                _bus.RenewLock(this, correlation, path, reader.Guid());
                break;
            default:
                throw new WireFormatException($"A client sent the unknown frame {kind}.");
        }
    }

    private static byte[][] ReadContents(ref WireReader reader)
    {
        var contents = new byte[reader.Count(smallestItem: 4)][];
        for (var i = 0; i < contents.Length; i++)
        {
            contents[i] = reader.Bytes().ToArray();
            WireMessage.Check(contents[i]);
        }

        return contents;
    }

    private static long[] ReadNumbers(ref WireReader reader)
    {
        var numbers = new long[reader.Count(smallestItem: 8)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = reader.Int64();
        return numbers;
    }

    private static Guid[] ReadTokens(ref WireReader reader)
    {
        var tokens = new Guid[reader.Count(smallestItem: 16)];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = reader.Guid();
        return tokens;
    }

    private static ServiceBusReceiveMode ReadMode(ref WireReader reader) => reader.Byte() switch
    {
        0 => ServiceBusReceiveMode.PeekLock,
        1 => ServiceBusReceiveMode.ReceiveAndDelete,
        var mode => throw new WireFormatException($"There is no receive mode {mode}."),
    };

    private static Settlement ReadSettlement(ref WireReader reader)
    {
        var settlement = (Settlement)reader.Byte();
        return settlement is >= Settlement.Complete and <= Settlement.DeadLetter ? settlement : throw new WireFormatException($"There is no settlement {settlement}.");
    }
}
