using System.Net;
using System.Net.Sockets;

namespace Formae.Cli.Up;

/// <summary>Looks before the processes start: their own complaint would come late and from another process.</summary>
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
}
