namespace Formae.Embedded.Host;

/// <summary>Starts apps in the order of their dependencies, keeps them running, and stops them in the opposite order.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly List<SupervisedApp[]> _levels;
    private readonly Dictionary<string, SupervisedApp> _apps;

    /// <param name="specs">The apps; names are unique.</param>
    /// <param name="log">Takes every line of every app, from several threads.</param>
    /// <param name="options">How it does it.</param>
    /// <exception cref="ArgumentException">A name is there twice, or dependencies are unknown or go round in a circle.</exception>
    public Supervisor(IReadOnlyList<AppSpec> specs, Action<LogLine> log, SupervisorOptions? options = null)
    {
        var levels = StartOrder.Of(specs);
        _levels = [.. levels.Select(level => level.Select(spec => new SupervisedApp(spec, options ?? new SupervisorOptions(), log, status => Changed?.Invoke(status))).ToArray())];
        _apps = _levels.SelectMany(level => level).ToDictionary(app => app.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>An app has moved; raised on the thread that moved it.</summary>
    public event Action<AppStatus>? Changed;

    /// <summary>In the order in which they are started.</summary>
    public IReadOnlyList<AppStatus> Statuses => [.. _levels.SelectMany(level => level).Select(app => app.Status)];

    public AppStatus StatusOf(string name) => _apps[name].Status;

    /// <summary>Returns when all apps serve.</summary>
    /// <exception cref="AppStartException">One could not be started; the others were stopped again.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var level in _levels)
                await Task.WhenAll(level.Select(app => app.StartAsync(cancellationToken)));
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Stops one app and starts it again, as after a change of its files. It counts as no crash.</summary>
    public async Task RestartAsync(string name, CancellationToken cancellationToken)
    {
        await _apps[name].StopAsync();
        await _apps[name].StartAsync(cancellationToken);
    }

    public async Task StopAsync()
    {
        ExpectEnds();
        foreach (var level in Enumerable.Reverse(_levels))
            await Task.WhenAll(level.Select(app => app.StopAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        ExpectEnds();
        foreach (var level in Enumerable.Reverse(_levels))
        {
            foreach (var app in level)
                await app.DisposeAsync();
        }
    }

    // What asks for the stop may have reached every process, and those that are stopped last end before they are asked.
    private void ExpectEnds()
    {
        foreach (var app in _apps.Values)
            app.ExpectEnd();
    }
}
