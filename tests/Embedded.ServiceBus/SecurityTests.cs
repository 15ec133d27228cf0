using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus.Tests;

public sealed class SecurityTests : IAsyncLifetime
{
    private TestBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBus.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_wrong_key_is_refused_with_words_that_do_not_contain_it()
    {
        var wrong = RandomNumberGenerator.GetBytes(32);
        await using var client = new ServiceBusClient(BusConnectionString.Format(_bus.Broker.Port, wrong));
        var refusal = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m")));
        Assert.Contains("SharedAccessKey", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(wrong), refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_on_the_port_who_does_not_know_the_key_is_sent_nothing()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        stranger.Listen();
        await using var client = new ServiceBusClient(BusConnectionString.Format(((IPEndPoint)stranger.LocalEndPoint!).Port, TestBus.Key));
        var sending = client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("secret"));
        using var connection = await stranger.AcceptAsync();
        await connection.SendAsync(Frame(FrameKind.Challenge, writer => writer.Bytes(new byte[32])));
        var buffer = new byte[4096];
        var received = await connection.ReceiveAsync(buffer);
        await connection.SendAsync(Frame(FrameKind.Welcome, writer => writer.Bytes(new byte[32])));

        var refusal = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => sending);
        Assert.Contains("does not know the key", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await connection.ReceiveAsync(buffer.AsMemory(received)));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("oversized")]
    [InlineData("empty")]
    [InlineData("request before proof")]
    public async Task Garbage_closes_its_connection_and_hurts_nobody_else(string kind)
    {
        using var socket = await ConnectAsync();
        byte[] bytes = kind switch
        {
            "garbage" => [.. Enumerable.Repeat((byte)0xff, 64)],
            "oversized" => Length(100_000_000),
            "empty" => Length(0),
            _ => Frame(FrameKind.Send, writer => writer.Text("plain")),
        };
        await socket.SendAsync(bytes);
        await AssertClosedAsync(socket);
        await AssertStillServesAsync();
    }

    [Fact]
    public async Task Random_frames_from_a_client_that_knows_the_key_close_its_connection_at_most()
    {
        var random = new Random(20261121);
        FrameKind[] kinds = [FrameKind.Send, FrameKind.Schedule, FrameKind.CancelScheduled, FrameKind.Receive, FrameKind.CancelReceive, FrameKind.ReceiveDeferred, FrameKind.Peek, FrameKind.Settle, FrameKind.Release, FrameKind.RenewLock, (FrameKind)99];
        for (var round = 0; round < 200; round++)
        {
            using var socket = await ConnectAsync();
            await ProveAsync(socket);
            var payload = new byte[random.Next(200)];
            random.NextBytes(payload);
            var named = random.Next(2) == 0;
            await socket.SendAsync(Frame(kinds[round % kinds.Length], writer =>
            {
                if (named)
                    writer.Text("plain");
                if (random.Next(2) == 0)
                    writer.Int32(random.Next(-2, 3));
                writer.Raw(payload);
            }));
        }

        await AssertStillServesAsync();
        Assert.Equal(0, _bus.Broker.Counts()["plain"].DeadLetter);
    }

    [Theory]
    [InlineData("Endpoint=sb://127.0.0.1:1", "SharedAccessKey")]
    [InlineData("Endpoint=sb://127.0.0.1:1;SharedAccessKey=***", "SharedAccessKey")]
    [InlineData("Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey=AAAA", "Endpoint")]
    [InlineData("Endpoint=sb://x.servicebus.windows.net:5671/;SharedAccessKey=AAAA", "FormaeHost=Azure")]
    [InlineData("nonsense", "'='")]
    public void A_connection_string_that_cannot_work_is_refused_at_once(string text, string hint)
    {
        var refusal = Assert.Throws<FormatException>(() => new ServiceBusClient(text));
        Assert.Contains(hint, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _bus.Broker.Port);
        return socket;
    }

    private static async Task ProveAsync(Socket socket)
    {
        var reader = new FrameReader(socket, Frames.LargestAnswer);
        Assert.True(await reader.ReadAsync(CancellationToken.None));
        var nonce = reader.Payload[4..].ToArray();
        var own = Handshake.NewNonce();
        await socket.SendAsync(Frame(FrameKind.Proof, writer =>
        {
            writer.Bytes(own);
            writer.Bytes(Handshake.ClientProof(TestBus.Key, nonce, own));
        }));
        Assert.True(await reader.ReadAsync(CancellationToken.None));
        Assert.Equal(FrameKind.Welcome, reader.Kind);
    }

    private static async Task AssertClosedAsync(Socket socket)
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TestBus.Patience);
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed too.
        }
    }

    private async Task AssertStillServesAsync()
    {
        await _bus.SendAsync("other", "alive");
        Assert.Equal("alive", (await _bus.ReceiveAsync("other")).Body.ToString());
    }

    private static byte[] Length(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    private static byte[] Frame(FrameKind kind, Action<WireWriter> payload)
    {
        var writer = new WireWriter();
        var at = Frames.Begin(writer, kind, 7);
        payload(writer);
        writer.EndLength(at);
        return writer.ToArray();
    }
}
