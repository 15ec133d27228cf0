using System.Diagnostics;
using System.Text.Json;

namespace Formae.Sdk.Tests.Functions;

/// <summary>A plugin's app in a process of its own, as a host starts it.</summary>
internal sealed class PluginProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _said = [];

    private PluginProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public Uri Url { get; private set; } = null!;

    /// <summary>Done when the app says that it serves.</summary>
    public static async Task<PluginProcess> StartAsync(string assembly, string folder, IReadOnlyDictionary<string, string> settings)
    {
        // This test's folder is artifacts/bin/PROJECT/CONFIGURATION; the app's is beside it.
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(mine.Parent!.Parent!.FullName, assembly, mine.Name, $"{assembly}.dll");
        var ready = Path.Combine(folder, $"ready-{Guid.NewGuid():N}.json");
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(folder, Path.GetFileName(ready)) { EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => appeared.TrySetResult();
        watcher.Created += (_, _) => appeared.TrySetResult();

        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["EMBEDDED_READY_FILE"] = ready;
        start.Environment["EMBEDDED_PARENT"] = "stdin";
        var app = new PluginProcess(Process.Start(start)!);
        app.Listen();
        if (await Task.WhenAny(appeared.Task, app._process.WaitForExitAsync()).WaitAsync(Patience) != appeared.Task)
            throw new InvalidOperationException($"{assembly} ended instead of serving. It said: {app.Said()}");
        var urls = JsonElement.Parse(await File.ReadAllBytesAsync(ready)).GetProperty("urls");
        app.Url = new Uri(urls[0].GetString()!);
        return app;
    }

    public long Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public void Kill() => _process.Kill();

    public string Said()
    {
        lock (_said)
            return string.Join('\n', _said);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Listen()
    {
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Note(string? line)
    {
        lock (_said)
        {
            if (line is not null)
                _said.Add(line);
        }
    }
}
