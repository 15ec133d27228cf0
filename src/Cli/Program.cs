using System.Runtime.InteropServices;
using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;

using var stop = new CancellationTokenSource();

// The first signal asks for an orderly end, the second one is the system's own: the process ends at once.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    if (signal.Cancel)
        stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await FormaeCommandLine.RunAsync(args, CliContext.OfProcess(), stop.Token);
