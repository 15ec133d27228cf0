using System.Collections.Concurrent;
using System.Diagnostics;
using Formae.Embedded.Host;

namespace Formae.Servers;

/// <summary>A PostgreSQL server of its own, with passwords, on a loopback port. It writes nothing to disk that must last, and logs every statement.</summary>
public sealed class PostgresServer : Server
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;
    private int _port;

    /// <summary>Where it listens.</summary>
    public string Host => Served("127.0.0.1");

    /// <summary>The port.</summary>
    public int Port => Served(_port);

    /// <summary>The superuser.</summary>
    public string Username => Served("formae_admin");

    /// <summary>The superuser's password.</summary>
    public string Password { get => Served(field); } = Guid.NewGuid().ToString("N");

    /// <summary>What it has logged: every statement, among other things.</summary>
    public string Log => Served(string.Join(Environment.NewLine, _log));

    private string Data => Path.Combine(Folder, "data");

    /// <inheritdoc/>
    protected override async Task<string?> StartAsync(CancellationToken cancellation)
    {
        if (FindPrograms() is not { } programs)
            return "There is no PostgreSQL server on this machine (initdb and postgres, on the path or in /usr/lib/postgresql).";
        var other = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? OtherUser() : null;
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() && (other is null || Tool.Find("setpriv", ProgramPath) is null))
            return "PostgreSQL refuses to run as root, and there is no setpriv, or no other user, to run it as.";

        var secret = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(secret, Password, cancellation);
        if (other is not null)
            await RunAsync("chown", ["-R", other, Folder], cancellation);
        var (program, arguments) = As(other, Path.Combine(programs, "initdb"), ["--pgdata", Data, "--username", Username, "--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]);
        await RunAsync(program, arguments, cancellation);

        // A port that was free may be taken until the server listens on it.
        for (var attempt = 1; ; attempt++)
        {
            if (await ServesAsync(programs, other).WaitAsync(Patience, cancellation))
                return null;
            if (attempt == 3)
                throw new InvalidOperationException($"PostgreSQL has ended: {string.Join(Environment.NewLine, _log)}");
        }
    }

    /// <inheritdoc/>
    protected override async Task StopAsync()
    {
        if (_process is null)
            return;

        // Fast, not patient: whoever is still connected is let go.
        if (!_process.HasExited)
            await RunAsync("kill", ["-INT", $"{_process.Id}"], CancellationToken.None);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
    }

    private static string? ProgramPath => Environment.GetEnvironmentVariable("PATH");

    private async Task<bool> ServesAsync(string programs, string? other)
    {
        _port = FreePorts.Take(1)[0];
        string[] settings = [$"port={_port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "log_statement=all", "log_min_messages=log"];
        var (program, arguments) = As(other, Path.Combine(programs, "postgres"), ["-D", Data, .. settings.SelectMany(setting => new[] { "-c", setting })]);
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder })!;
        void Hear(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
            {
                ready.TrySetResult(false);
                return;
            }

            _log.Enqueue(line.Data);
            if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult(true);
        }

        process.ErrorDataReceived += Hear;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var serves = await ready.Task;
        if (serves)
            _process = process;
        else
            process.Dispose();
        return serves;
    }

    private static string? FindPrograms()
    {
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return (ProgramPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(debian).Append("/usr/local/bin")
            .FirstOrDefault(folder => Tool.IsProgram(Path.Combine(folder, "initdb")) && Tool.IsProgram(Path.Combine(folder, "postgres")));
    }

    private static string? OtherUser() =>
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet() is var users
            ? Array.Find(["postgres", "nobody"], users.Contains)
            : null;

    private static (string Program, string[] Arguments) As(string? user, string program, string[] arguments) =>
        user is null ? (program, arguments) : (Tool.Find("setpriv", ProgramPath)!, [$"--reuid={user}", "--regid=65534", "--clear-groups", "--", program, .. arguments]);

    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var result = await Tool.RunAsync(Tool.Find(program, ProgramPath) ?? program, arguments, Folder, Patience, cancellation);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{Path.GetFileName(program)} has failed: {result.Error}");
    }

    private T Served<T>(T value)
    {
        SkipWhenMissing();
        return value;
    }
}
