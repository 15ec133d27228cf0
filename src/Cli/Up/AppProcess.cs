using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Formae.Cli.Up;

/// <summary>How one process of a control plane is run.</summary>
internal sealed record AppLaunch(string Name, string Assembly)
{
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that the process writes when it serves; removed before each start.</summary>
    public required string ReadyFile { get; init; }
}

/// <summary>One process: started, kept alive with a growing pause between its crashes, and stopped. Its lines go to the log under its name.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private const int MostCrashes = 5;
    private static readonly TimeSpan CrashWindow = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    private readonly AppLaunch _launch;
    private readonly TextWriter _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _lastLines = new();
    private readonly Task _run;

    public AppProcess(AppLaunch launch, TextWriter log)
    {
        (_launch, _log) = (launch, log);
        _run = RunAsync();
    }

    public string Name => _launch.Name;

    /// <summary>Of the process as it is now; it changes with each restart.</summary>
    public int ProcessId { get; private set; }

    /// <summary>What the ready file said the first time.</summary>
    public Task<JsonElement> Ready => _ready.Task;

    /// <summary>Ends when the process has crashed too often, with an <see cref="AppsException"/>, or was stopped.</summary>
    public Task Completion => _run;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var crashes = new Queue<long>();
        var pause = FirstPause;
        while (!_stop.IsCancellationRequested)
        {
            var exitCode = await RunOnceAsync();
            if (_stop.IsCancellationRequested)
                return;
            var now = Stopwatch.GetTimestamp();
            crashes.Enqueue(now);
            while (Stopwatch.GetElapsedTime(crashes.Peek(), now) > CrashWindow)
                crashes.Dequeue();
            if (crashes.Count == 1)
                pause = FirstPause;
            if (!_ready.Task.IsCompleted || crashes.Count > MostCrashes)
            {
                var failure = new AppsException($"{Name} ended with exit code {exitCode}{(_ready.Task.IsCompleted ? $" for the {crashes.Count}th time" : "")}.{LastLines()}");
                _ready.TrySetException(failure);
                throw failure;
            }

            Say($"ended with exit code {exitCode}; it is started again in {pause.TotalSeconds:0.0} s");
            await Task.Delay(pause, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            pause *= 2;
        }
    }

    private async Task<int> RunOnceAsync()
    {
        File.Delete(_launch.ReadyFile);
        var start = new ProcessStartInfo(DotnetHost, [_launch.Assembly, .. _launch.Arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(_launch.Assembly)!,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _launch.Environment)
            start.Environment[name] = value;
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.ErrorDataReceived += (_, line) => Say(line.Data);
        process.Start();
        ProcessId = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var ended = new CancellationTokenSource();
        var looking = LookForReadyFileAsync(ended.Token);
        try
        {
            await process.WaitForExitAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The end of its standard input asks the process to end in order.
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopTime);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                Say($"did not end within {StopTime.TotalSeconds:0} s and was killed");
            }
        }

        await ended.CancelAsync();
        await looking;
        return process.ExitCode;
    }

    private async Task LookForReadyFileAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Look);
        try
        {
            do
            {
                if (!File.Exists(_launch.ReadyFile))
                    continue;
                using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(_launch.ReadyFile, ended));
                _ready.TrySetResult(document.RootElement.Clone());
                return;
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException)
        {
            // It ended before it was ready.
        }
    }

    private void Say(string? line)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 8)
                _lastLines.Dequeue();
        }

        lock (_log)
            _log.WriteLine($"{Name,-12}| {line}");
    }

    private string LastLines()
    {
        lock (_lastLines)
            return _lastLines.Count == 0 ? "" : $" It said:{System.Environment.NewLine}{string.Join(System.Environment.NewLine, _lastLines.Select(line => $"  {line}"))}";
    }

    /// <summary>The dotnet that runs this process.</summary>
    private static string DotnetHost { get; } = FindHost();

    private static string FindHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
