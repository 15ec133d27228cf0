using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Formae.Plugins.Postgres.Tests;

/// <summary>Stands between the plugin and the server, and can lose what the server answers to a statement: the statement arrives, the connection ends before the answer does.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _work = [];
    private readonly int _server;
    private byte[]? _cutAfter;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _work.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether an answer has been lost.</summary>
    public bool HasCut { get; private set; }

    /// <summary>The next statement with this in it loses its answer.</summary>
    public void CutAfter(string statement) => _cutAfter = Encoding.UTF8.GetBytes(statement);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_work.ToArray());
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _work.Add(ServeAsync(client));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            return;
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server, cut.Token);
            var answers = CopyAsync(server, client, _ => Task.FromResult(true), cut);
            await CopyAsync(client, server, async sent =>
            {
                if (_cutAfter is not { } wanted || sent.Span.IndexOf(wanted) < 0)
                    return true;
                (_cutAfter, HasCut) = (null, true);
                await cut.CancelAsync();
                await server.GetStream().WriteAsync(sent, _stop.Token);

                // Until the server has done it, and says so to nobody.
                await server.GetStream().ReadExactlyAsync(new byte[1], _stop.Token);
                return false;
            }, cut);
            client.Close();
            await answers;
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, Task<bool>> passes, CancellationTokenSource cut)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer, cut.Token)) > 0 && await passes(buffer.AsMemory(0, count)))
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), cut.Token);
            await cut.CancelAsync();
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or ObjectDisposedException)
        {
            await cut.CancelAsync();
        }
    }
}
