using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Formae.Sdk.Conformance;

/// <summary>
/// A way to a server of which nothing is known but that it answers on a connection what it is asked there, one thing after the other, as databases do. A request begins with the first bytes that come from the
/// plugin after an answer, and is over with the first bytes that the server answers.
/// </summary>
internal sealed class TcpFaultProxy : IFaultProxy
{
    private const string Host = "127.0.0.1";
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Uri _upstream;
    private readonly Task _accepting;

    // Seen by every request from the moment on in which it is set.
    private volatile Fault _fault = Fault.None;

    public TcpFaultProxy(Uri upstream)
    {
        _upstream = upstream;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <inheritdoc/>
    public Fault Fault
    {
        get => _fault;
        set => _fault = value;
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> VariablesOf(string name) =>
    [
        KeyValuePair.Create($"{name}_HOST", Host),
        KeyValuePair.Create($"{name}_PORT", ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)),
    ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _listener.Dispose();
        await Task.WhenAll(_connections).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false)));
        }
        catch (OperationCanceledException)
        {
            // That is how it is ended.
        }
    }

    private async Task ServeAsync(TcpClient plugin)
    {
        using var server = new TcpClient { NoDelay = true };
        plugin.NoDelay = true;
        using (plugin)
        {
            try
            {
                await server.ConnectAsync(_upstream.Host, _upstream.Port, _stop.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The server is not there: that is what the plugin shall see.
                return;
            }

            // As soon as one of both hangs up, or a fault strikes, the connection is over for both.
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var exchange = new Exchange();
            await await Task.WhenAny(AskAsync(plugin.GetStream(), server.GetStream(), exchange, over.Token), AnswerAsync(server.GetStream(), plugin.GetStream(), exchange, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private Task AskAsync(NetworkStream plugin, NetworkStream server, Exchange exchange, CancellationToken over) => CopyAsync(plugin, server, async (asked, send) =>
    {
        if (exchange.Ask(_fault) == FaultKind.Throttled)
            return false;
        await send(asked).ConfigureAwait(false);
        return true;
    }, over);

    private static Task AnswerAsync(NetworkStream server, NetworkStream plugin, Exchange exchange, CancellationToken over) => CopyAsync(server, plugin, async (answer, send) =>
    {
        switch (exchange.Answer())
        {
            case FaultKind.AnswerLost:
                return false;
            case FaultKind.Silent:
                return true;
            case FaultKind.Slow:
                await Task.Delay(Delay, over).ConfigureAwait(false);
                break;
        }

        await send(answer).ConfigureAwait(false);
        return true;
    }, over);

    /// <param name="from">What is read to its end.</param>
    /// <param name="to">What is written to.</param>
    /// <param name="pass">Hands a piece on; false: the connection is to end.</param>
    /// <param name="over">The connection has ended.</param>
    private static async Task CopyAsync(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, Func<ReadOnlyMemory<byte>, ValueTask>, Task<bool>> pass, CancellationToken over)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, over).ConfigureAwait(false)) > 0 && await pass(buffer.AsMemory(0, count), piece => to.WriteAsync(piece, over)).ConfigureAwait(false))
            {
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One of both has hung up, as it may.
        }
    }

    /// <summary>Whose turn it is on a connection, and what becomes of the request that is under way.</summary>
    private sealed class Exchange
    {
        private readonly Lock _gate = new();
        private bool _isAsking;
        private FaultKind _fault;

        /// <summary>Something comes from the plugin.</summary>
        public FaultKind Ask(Fault fault)
        {
            lock (_gate)
            {
                if (!_isAsking && _fault != FaultKind.Silent)
                    _fault = fault.Next(onlyReads: false);
                _isAsking = true;
                return _fault;
            }
        }

        /// <summary>Something comes from the server.</summary>
        public FaultKind Answer()
        {
            lock (_gate)
            {
                _isAsking = false;
                return _fault;
            }
        }
    }
}
