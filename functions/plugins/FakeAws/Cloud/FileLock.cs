using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Formae.Plugins.FakeAws;

/// <summary>The lock that an open file carries between processes; the system lets go of it when the process ends. On Windows a cloud belongs to one process.</summary>
internal static partial class FileLock
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;
    private const int Unlock = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For a file that is to be locked here: opened so that the runtime does not lock it for as long as it is open. While it is opened the runtime asks for a shared lock all the same, and does not wait for
    /// it: whoever comes while another process is at work asks again.
    /// </summary>
    public static SafeFileHandle Open(string path)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                KeepToTheOwner(file);
                return file;
            }
            catch (IOException busy) when (IsBusy(busy) && Stopwatch.GetElapsedTime(begun) < Patience)
            {
                Thread.Sleep(1);
            }
        }
    }

    /// <summary>There are secrets in it.</summary>
    public static void KeepToTheOwner(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static void Take(SafeFileHandle file) => Call(file, Exclusive);

    public static void TakeShared(SafeFileHandle file) => Call(file, Shared);

    public static bool TryTake(SafeFileHandle file) => OperatingSystem.IsWindows() || Flock(file, Exclusive | WithoutWaiting) == 0;

    public static void Leave(SafeFileHandle file) => Call(file, Unlock);

    /// <summary>EWOULDBLOCK on Linux and on macOS, a violation of sharing on Windows.</summary>
    private static bool IsBusy(IOException refused) => refused.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static void Call(SafeFileHandle file, int operation)
    {
        const int interrupted = 4;
        while (!OperatingSystem.IsWindows() && Flock(file, operation) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not interrupted)
                throw new IOException($"The cloud's file cannot be locked (error {error}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
