using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Formae.Embedded.Host;

internal static class Signals
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end; where there are no signals, ends it.</summary>
    public static void AskToEnd(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill();
        else
            _ = Kill(process.Id, Terminate);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
