using System.Net.Sockets;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// What goes out on a socket. Whoever appends while a write is under way rides on the next one, so a busy connection makes few, large writes
/// and an idle one makes each at once.
/// </summary>
internal sealed class FrameOutbox(Socket socket, Action<Exception> failed)
{
    // A peer that asks without reading would otherwise fill the memory.
    private const int MostWaiting = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private WireWriter _filling = new(8 * 1024);
    private WireWriter _sending = new(8 * 1024);
    private bool _busy;
    private bool _overrun;
    private bool _failed;

    /// <summary>Appends one frame; <see cref="Flush"/> sends it.</summary>
    public void Append<T>(FrameKind kind, int correlation, T state, Action<WireWriter, T> payload)
    {
        lock (_gate)
        {
            if (_failed)
                return;
            if (_filling.Length > MostWaiting)
            {
                _overrun = true;
                return;
            }

            var at = Frames.Begin(_filling, kind, correlation);
            try
            {
                payload(_filling, state);
                _filling.EndLength(at);
            }
            catch
            {
                // Half a frame would make garbage of all that follow.
                _filling.Truncate(at);
                throw;
            }
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_busy || (_filling.Length == 0 && !_overrun))
                return;
            _busy = true;
        }

        _ = SendAsync();
    }

    /// <summary>Ends by itself when nothing is waiting; every failure goes to the owner of the connection.</summary>
    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_overrun)
                        throw new IOException("The peer does not read its answers.");
                    if (_filling.Length == 0)
                    {
                        _busy = false;
                        return;
                    }

                    (_filling, _sending) = (_sending, _filling);
                }

                var rest = _sending.WrittenMemory;
                while (rest.Length > 0)
                    rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
                _sending.Reset();
            }
        }
        catch (Exception e)
        {
            // Stays busy: nothing is sent on this connection any more.
            lock (_gate)
                _failed = true;
            failed(e);
        }
    }
}
