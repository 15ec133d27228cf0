using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Formae.Bench;

/// <summary>A real <c>formae up</c> with all its processes, on a folder and a port of its own.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private const int KeptLines = 60;

    private readonly Process _process;
    private readonly Queue<string> _log = [];

    private ControlPlane(Process process) => _process = process;

    /// <summary>Where the API is.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>From the start of the process to the ready file.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <exception cref="BenchException">It ended, or was not ready in time; the message has the end of its log.</exception>
    public static async Task<ControlPlane> StartAsync(string cli, string folder, CancellationToken cancellation)
    {
        if (!File.Exists(cli))
            throw new BenchException($"There is no {cli}. './do bench' builds it, or name another one with --cli.");
        Directory.CreateDirectory(folder);
        var readyFile = Path.Combine(folder, "ready.json");
        File.Delete(readyFile);
        var isAssembly = cli.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : cli)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (isAssembly)
            start.ArgumentList.Add(Path.GetFullPath(cli));
        foreach (var argument in new[] { "up", "--data", Path.Combine(folder, "data"), "--port", "0", "--ready-file", readyFile })
            start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start) ?? throw new BenchException($"{cli} could not be started.");
        var plane = new ControlPlane(process);
        process.OutputDataReceived += plane.Note;
        process.ErrorDataReceived += plane.Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            while (!File.Exists(readyFile))
            {
                if (process.HasExited)
                    throw new BenchException($"'formae up' ended with code {process.ExitCode}:{Environment.NewLine}{plane.Log()}");
                if (watch.Elapsed > StartPatience)
                    throw new BenchException($"'formae up' was not ready after {StartPatience.TotalSeconds:0} s:{Environment.NewLine}{plane.Log()}");
                await Task.Delay(10, cancellation);
            }

            plane.StartTime = watch.Elapsed;
            using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(readyFile, cancellation));
            plane.Address = new Uri(ready.RootElement.GetProperty("address").GetString()!);
            return plane;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Proportional set size of all processes together, in MB: shared pages count once.</summary>
    public double Memory() => ProcessTree.Of(_process.Id).Sum(ProcessTree.MemoryOf) / 1024.0;

    /// <summary>The most that any one of the processes has held at once, in MB.</summary>
    public double Peak() => ProcessTree.Of(_process.Id).Max(ProcessTree.PeakOf) / 1024.0;

    /// <summary>Seconds of processor time of all processes so far.</summary>
    public double ProcessorTime() => ProcessTree.Of(_process.Id).Sum(ProcessTree.ProcessorTimeOf);

    /// <summary>kill -9; it is started again by <c>formae up</c>.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    public void KillCoordinator()
    {
        var id = ProcessTree.Of(_process.Id).FirstOrDefault(id => ProcessTree.CommandLineOf(id).Contains("Formae.Coordinator.dll", StringComparison.Ordinal));
        if (id == 0)
            throw new BenchException("The coordinator is not among the processes of 'formae up'.");
        ProcessTree.KillIfAlive(id, "dotnet");
    }

    public int Processes() => ProcessTree.Of(_process.Id).Count;

    public string Log()
    {
        lock (_log)
            return string.Join(Environment.NewLine, _log);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            var processes = ProcessTree.Of(_process.Id);
            using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync();
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine($"'formae up' did not stop within {StopPatience.TotalSeconds:0} s and is killed.");
                _process.Kill(entireProcessTree: true);
                foreach (var id in processes)
                    ProcessTree.KillIfAlive(id, "dotnet");
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_log)
        {
            _log.Enqueue(line.Data);
            if (_log.Count > KeptLines)
                _log.Dequeue();
        }
    }
}
