using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Formae.Embedded.Functions;

/// <summary>
/// The life of an app that belongs to another process. That one holds the other end of the standard input and never writes: the input's end is
/// its end, however that came about. It also decides in which order its children stop, so an interrupt, which a terminal sends to all of them, is left to it.
/// </summary>
internal sealed class ChildLifetime(IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly List<PosixSignalRegistration> _signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            lifetime.StopApplication();
        }));
        var input = Console.OpenStandardInput();
        new Thread(() => Watch(input)) { IsBackground = true, Name = "parent watch" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private void Watch(Stream input)
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
