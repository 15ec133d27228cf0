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

    /// <summary>For a file that is to be locked here: opened so that the runtime does not lock it for as long as it is open.</summary>
    public static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public static void Take(SafeFileHandle file) => Call(file, Exclusive);

    public static void TakeShared(SafeFileHandle file) => Call(file, Shared);

    public static bool TryTake(SafeFileHandle file) => OperatingSystem.IsWindows() || Flock(file, Exclusive | WithoutWaiting) == 0;

    public static void Leave(SafeFileHandle file) => Call(file, Unlock);

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
