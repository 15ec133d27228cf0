using System.Net;
using System.Net.Sockets;

namespace Formae.Cli.Up;

/// <summary>Ports of the loopback. They are chosen before the processes start, so that a process that is restarted is found where it was.</summary>
internal static class Ports
{
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Free ports, all different.</summary>
    public static int[] Free(int count)
    {
        // All are held until the last one is known: a port that was let go could come twice.
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
