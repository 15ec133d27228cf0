using System.Net;
using System.Net.Sockets;

namespace Formae.Embedded.Host;

/// <summary>
/// Ports for processes that are yet to be started. They lie below those that a system hands out by itself (from 32768 on Linux, from 49152 elsewhere):
/// one of those could become the near end of anybody's connection before its process listens on it, or while it is started again.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 15_000;
    private const int Highest = 32_767;
    private const int Attempts = 1_000;

    /// <summary>Ports of the loopback that are free at this moment and differ from each other.</summary>
    /// <exception cref="IOException">There are hardly any.</exception>
    public static int[] Take(int count)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var attempt = 0; sockets.Count < count; attempt++)
            {
                if (attempt == Attempts)
                    throw new IOException($"Of {Attempts} ports of the loopback between {Lowest} and {Highest}, no {count} were free.");
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(Lowest, Highest + 1)));
                    sockets.Add(socket);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
                {
                    // Somebody else's. On Windows whole ranges may be reserved.
                    socket.Dispose();
                }
            }

            return [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }
}
