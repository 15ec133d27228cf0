using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions;

/// <summary>The parent holds the other end of the standard input and never writes: its end is the parent's, however that came.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static void Begin(IHostApplicationLifetime lifetime, Stream input)
    {
        var watch = new Thread(() => Watch(lifetime, input)) { IsBackground = true, Name = "parent watch" };
        watch.Start();
    }

    private static void Watch(IHostApplicationLifetime lifetime, Stream input)
    {
        Span<byte> buffer = stackalloc byte[256];
        while (input.Read(buffer) > 0)
        {
        }

        using var stopped = new ManualResetEventSlim();
        using var registration = lifetime.ApplicationStopped.Register(stopped.Set);
        lifetime.StopApplication();
        if (!stopped.Wait(Grace))
            Process.GetCurrentProcess().Kill();
    }
}
