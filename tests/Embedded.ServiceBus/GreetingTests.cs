using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus.Tests;

public sealed class GreetingTests
{
    [Fact]
    public async Task A_broker_that_dies_in_the_middle_of_the_greeting_is_one_that_cannot_be_reached()
    {
        using var dying = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dying.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        dying.Listen();
        var port = ((IPEndPoint)dying.LocalEndPoint!).Port;
        var serving = DieAgainAndAgainAsync(dying);

        // Which of the two halves of the connection learns of the end first is a matter of chance, so many are begun.
        var options = new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { TryTimeout = TimeSpan.FromMilliseconds(300) } };
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            await using var client = new ServiceBusClient(BusConnectionString.Format(port, TestBus.Key), options);
            var failure = await Assert.ThrowsAsync<ServiceBusException>(() => client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m")));
            Assert.True(failure.IsTransient);
        }));

        dying.Dispose();
        await serving;
    }

    private static async Task DieAgainAndAgainAsync(Socket dying)
    {
        var writer = new WireWriter(64);
        var at = Frames.Begin(writer, FrameKind.Challenge, 0);
        writer.Bytes(new byte[Handshake.NonceSize]);
        writer.EndLength(at);
        var challenge = writer.WrittenMemory.ToArray();
        try
        {
            while (true)
            {
                using var connection = await dying.AcceptAsync();
                await connection.SendAsync(challenge);

                // The end of a process: nothing is waited for.
                connection.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
