namespace Formae.Embedded.Host;

/// <summary>One app and the loop that keeps it running, from its first start until it is stopped or has used up its restarts.</summary>
internal sealed class SupervisedApp(AppSpec spec, SupervisorOptions options, Action<LogLine> log, Action<AppStatus> changed) : IAsyncDisposable
{
    private const int LastLines = 15;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private readonly Queue<string> _lastLines = new();
    private readonly Queue<DateTimeOffset> _ends = new();
    private CancellationTokenSource _stopping = new();
    private AppProcess? _process;
    private Task _life = Task.CompletedTask;

    public AppSpec Spec { get; } = spec;

    public AppStatus Status { get; private set; } = new(spec.Name, AppPhase.Stopped, null, null, 0, null);

    /// <summary>Starts the app and waits until it serves; from then on it is kept running.</summary>
    /// <exception cref="AppStartException">It did not serve in time or ended before.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
        _ends.Clear();
        try
        {
            await StartOnceAsync(cancellationToken);
        }
        catch
        {
            await EndProcessAsync(TimeSpan.Zero);
            Move(AppPhase.Stopped);
            throw;
        }

        _life = Task.Run(KeepRunningAsync, CancellationToken.None);
    }

    /// <summary>From now on it may end by itself: it is going to be stopped.</summary>
    public void ExpectEnd() => _stopping.Cancel();

    /// <summary>Asks the app to end, and kills it when it does not in time.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await EndProcessAsync(options.StopTimeout);
        await _life;

        // The loop may just have been starting the app again.
        await EndProcessAsync(options.StopTimeout);
        if (Status.Phase != AppPhase.Crashed)
            Move(AppPhase.Stopped);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _stopping.Dispose();
    }

    private async Task KeepRunningAsync()
    {
        while (true)
        {
            var code = await _process!.Ended;
            if (_stopping.IsCancellationRequested || (code == 0 && await IsStoppingSoonAsync()))
                return;
            Say($"ended unasked with exit code {code}");
            do
            {
                if (!await WaitForRestartAsync())
                    return;
            }
            while (!await TryStartAgainAsync());
            if (_stopping.IsCancellationRequested)
                return;
        }
    }

    /// <summary>
    /// A signal to the whole group of processes reaches the app itself too, which may end in order before the stop gets here. An app that ends in order otherwise is
    /// started again all the same, this moment later.
    /// </summary>
    private async Task<bool> IsStoppingSoonAsync()
    {
        try
        {
            await Task.Delay(Soon, TimeProvider.System, _stopping.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>False: stopped meanwhile, or ended too often.</summary>
    private async Task<bool> WaitForRestartAsync()
    {
        var now = options.Time.GetUtcNow();
        _ends.Enqueue(now);
        while (now - _ends.Peek() > options.Restarts.Window)
            _ends.Dequeue();
        if (options.Restarts.DelayAfter(_ends.Count, options.Chance()) is not { } delay)
        {
            Say($"has ended {_ends.Count} times within {options.Restarts.Window.TotalMinutes:0.#} min; it is not started again");
            Move(AppPhase.Crashed);
            return false;
        }

        Move(AppPhase.Restarting);
        try
        {
            await Task.Delay(delay, options.Time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> TryStartAgainAsync()
    {
        lock (_gate)
            Status = Status with { Restarts = Status.Restarts + 1 };
        try
        {
            await StartOnceAsync(_stopping.Token);
            return true;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return true;
        }
        catch (AppStartException e)
        {
            Say(e.Message.Split(Environment.NewLine)[0]);
            await EndProcessAsync(TimeSpan.Zero);
            return false;
        }
    }

    private async Task StartOnceAsync(CancellationToken cancellationToken)
    {
        lock (_lastLines)
            _lastLines.Clear();
        _process?.Dispose();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Spec.ReadyFile))!);
        File.Delete(Spec.ReadyFile);
        var began = options.Time.GetTimestamp();
        _process = AppProcess.Start(Spec, Hear);
        Move(AppPhase.Starting, _process.Id);
        var ended = NoteEndAsync(_process);
        string? url;
        try
        {
            url = await ReadyFile.WaitAsync(Spec.ReadyFile, ended, options.ReadyTimeout, options.Time, began, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new AppStartException($"'{Spec.Name}' did not serve within {options.ReadyTimeout.TotalSeconds:0.#} s.{Tail()}");
        }

        if (url is null)
            throw new AppStartException($"'{Spec.Name}' ended with exit code {await ended} before it served.{Tail()}");
        Move(AppPhase.Ready, _process.Id, url);
    }

    private async Task<int> NoteEndAsync(AppProcess process)
    {
        var code = await process.Ended;
        lock (_gate)
            Status = Status with { LastExitCode = code };
        return code;
    }

    private async Task EndProcessAsync(TimeSpan patience)
    {
        if (_process is not { Ended.IsCompleted: false } process)
            return;
        if (patience > TimeSpan.Zero)
        {
            process.AskToEnd();
            if (await Task.WhenAny(process.Ended, Task.Delay(patience, TimeProvider.System)) == process.Ended)
                return;
            Say($"did not end within {patience.TotalSeconds:0.#} s and is killed");
        }

        process.Kill();
        await process.Ended;
    }

    private void Move(AppPhase phase, int? processId = null, string? url = null)
    {
        AppStatus status;
        lock (_gate)
            status = Status = Status with { Phase = phase, ProcessId = processId, Url = url };
        changed(status);
    }

    private void Hear(string text, bool isError)
    {
        // The frames of a stack are in the log; among the last lines they would push out what they are the stack of.
        if (!text.StartsWith("   at ", StringComparison.Ordinal))
            Remember(text);
        log(new LogLine(Spec.Name, Spec.Colour, text, isError));
    }

    private void Remember(string text)
    {
        lock (_lastLines)
        {
            if (_lastLines.Count == LastLines)
                _lastLines.Dequeue();
            _lastLines.Enqueue(text);
        }
    }

    private void Say(string text) => log(new LogLine(Spec.Name, Spec.Colour, $"({text})", true));

    private string Tail()
    {
        lock (_lastLines)
            return _lastLines.Count == 0 ? " It said nothing." : $" Its last lines:{string.Concat(_lastLines.Select(line => Environment.NewLine + "  " + line))}";
    }
}
