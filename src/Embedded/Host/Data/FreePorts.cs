using System.Net;
using System.Net.Sockets;

namespace Formae.Embedded.Host;

/// <summary>
/// Ports for processes that are yet to be started. They lie below those that a system hands out by itself (from 32768 on Linux, from 49152 elsewhere):
/// one of those could become the near end of anybody's connection before its process listens on it, or while it is started again.
/// For the same reason whoever took one keeps it for as long as this process lives: the sign of that is the UDP port of the same number, which nobody talks to.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 15_000;
    private const int Highest = 32_767;
    private const int Attempts = 1_000;

    private static readonly Lock Gate = new();
    private static readonly List<Socket> Signs = [];

    /// <summary>Ports of the loopback that nobody listens on, and that nobody else is given who asks here, in whichever process.</summary>
    /// <exception cref="IOException">There are hardly any.</exception>
    public static int[] Take(int count)
    {
        var ports = new List<int>();
        for (var attempt = 0; ports.Count < count; attempt++)
        {
            if (attempt == Attempts)
                throw new IOException($"Of {Attempts} ports of the loopback between {Lowest} and {Highest}, no {count} were free.");
            if (Bind(SocketType.Dgram, ProtocolType.Udp, Random.Shared.Next(Lowest, Highest + 1)) is not { } sign)
                continue;
            var port = ((IPEndPoint)sign.LocalEndPoint!).Port;
            using var listener = Bind(SocketType.Stream, ProtocolType.Tcp, port);
            if (listener is null)
            {
                sign.Dispose();
                continue;
            }

            lock (Gate)
                Signs.Add(sign);
            ports.Add(port);
        }

        return [.. ports];
    }

    /// <summary>Null where it is somebody else's. On Windows whole ranges may be reserved.</summary>
    private static Socket? Bind(SocketType type, ProtocolType protocol, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            socket.Dispose();
            return null;
        }
    }
}
