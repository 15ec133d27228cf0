using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Versioning;
using Formae.Embedded.Host;

namespace Formae.Embedded.Functions.Tests;

/// <summary>The supervisor and real processes: small shell scripts that do what an app does.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SupervisorTests : IDisposable
{
    private static readonly RestartPolicy AtOnce = new() { FirstDelay = TimeSpan.Zero, Jitter = 0 };

    private readonly TestFolder _folder = new();
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private readonly Signal<AppStatus> _moves = new("A change of an app's state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Apps_start_after_what_they_depend_on_and_stop_before_it()
    {
        await using (var supervisor = Create([
            App("last", Trace("last"), "first", "second"), App("second", Trace("second"), "first"), App("first", Trace("first"))]))
        {
            await supervisor.StartAsync(TestContext.Current.CancellationToken);
            Assert.All(supervisor.Statuses, status => Assert.Equal(AppPhase.Ready, status.Phase));
            Assert.Equal("http://first", supervisor.StatusOf("first").Url);
            await supervisor.StopAsync();
            Assert.All(supervisor.Statuses, status => Assert.Equal(AppPhase.Stopped, status.Phase));
        }

        Assert.Equal(["+first", "+second", "+last", "-last", "-second", "-first"], await File.ReadAllLinesAsync(_folder["trace"]));
    }

    [Fact]
    public async Task F132_a_crashed_app_is_started_again_until_its_budget_is_used_up()
    {
        await using var supervisor = Create([App("weak", Serve("weak") + "read line < go; exit 7")], AtOnce with { MaxRestarts = 2 });
        Mkfifo("go");
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(AppPhase.Ready);
        for (var restart = 1; restart <= 2; restart++)
        {
            await CrashAsync();
            Assert.Equal((restart, 7), ((await UntilAsync(AppPhase.Ready)).Restarts, supervisor.StatusOf("weak").LastExitCode));
        }

        await CrashAsync();
        Assert.Equal(2, (await UntilAsync(AppPhase.Crashed)).Restarts);
        Assert.Contains(_lines, line => line.Text.Contains("is not started again", StringComparison.Ordinal));
        await supervisor.StopAsync();
        Assert.Equal(AppPhase.Crashed, supervisor.StatusOf("weak").Phase);
    }

    [Fact]
    public async Task Restarts_wait_longer_each_time_and_old_crashes_are_forgotten()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        await using var supervisor = Create(
            [App("weak", Serve("weak") + "read line < go; exit 1")],
            new RestartPolicy { FirstDelay = TimeSpan.FromSeconds(1), Jitter = 0.5, MaxRestarts = 2, Window = TimeSpan.FromMinutes(1) }, time);
        Mkfifo("go");
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(AppPhase.Ready);
        foreach (var wait in new[] { 1, 2 })
        {
            await CrashAsync();
            await UntilAsync(AppPhase.Restarting);
            await time.TimerSetAsync();
            time.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(AppPhase.Restarting, supervisor.StatusOf("weak").Phase);
            time.Advance(TimeSpan.FromMilliseconds(1));
            await UntilAsync(AppPhase.Ready);
        }

        time.Advance(TimeSpan.FromMinutes(2));
        await CrashAsync();
        await UntilAsync(AppPhase.Restarting);
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, (await UntilAsync(AppPhase.Ready)).Restarts);
    }

    [Theory]
    [InlineData(1, 0.0, 80)]
    [InlineData(1, 0.5, 100)]
    [InlineData(1, 1.0, 120)]
    [InlineData(2, 0.5, 200)]
    [InlineData(5, 0.5, 1600)]
    [InlineData(6, 0.5, null)]
    public void F132_the_delay_doubles_is_jittered_and_the_sixth_crash_in_ten_minutes_is_the_last(int ends, double chance, int? milliseconds) =>
        Assert.Equal(milliseconds, (int?)new RestartPolicy().DelayAfter(ends, chance)?.TotalMilliseconds);

    [Fact]
    public void The_delay_has_a_bound() =>
        Assert.Equal(TimeSpan.FromSeconds(30), (new RestartPolicy { MaxRestarts = 100 }).DelayAfter(50, 0.5));

    [Fact]
    public async Task An_app_that_does_not_serve_in_time_is_named_with_its_last_lines()
    {
        // The clock stands still until both lines have been heard.
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        await using var supervisor = Create([App("slow", "echo one; echo two >&2; read forever")], time: time, readyTimeout: TimeSpan.FromSeconds(0.5), heard: () =>
        {
            if (_lines.Count(line => line.Text is "one" or "two") == 2)
                time.Advance(TimeSpan.FromSeconds(1));
        });
        var message = (await Assert.ThrowsAsync<AppStartException>(() => supervisor.StartAsync(TestContext.Current.CancellationToken))).Message;
        Assert.StartsWith("'slow' did not serve within 0.5 s.", message, StringComparison.Ordinal);
        Assert.Contains("  one", message, StringComparison.Ordinal);
        Assert.Contains("  two", message, StringComparison.Ordinal);
        Assert.Equal(AppPhase.Stopped, supervisor.StatusOf("slow").Phase);
    }

    [Fact]
    public async Task An_app_that_ends_before_it_serves_stops_the_start_and_the_others()
    {
        await using var supervisor = Create([App("good", Trace("good")), App("bad", "echo wrong setting; exit 4", "good")]);
        var message = (await Assert.ThrowsAsync<AppStartException>(() => supervisor.StartAsync(TestContext.Current.CancellationToken))).Message;
        Assert.StartsWith("'bad' ended with exit code 4 before it served.", message, StringComparison.Ordinal);
        Assert.EndsWith("  wrong setting", message, StringComparison.Ordinal);
        Assert.All(supervisor.Statuses, status => Assert.Equal(AppPhase.Stopped, status.Phase));
    }

    [Fact]
    public async Task A_command_that_cannot_be_run_is_named()
    {
        await using var supervisor = Create([App("absent", "") with { Command = "/no/such/command" }]);
        Assert.Contains("/no/such/command", (await Assert.ThrowsAsync<AppStartException>(() => supervisor.StartAsync(TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_does_not_end_when_asked_is_killed()
    {
        await using var supervisor = Create([App("stubborn", "trap '' TERM; " + Serve("stubborn") + "while true; do read line || sleep 0.05; done")], stopTimeout: TimeSpan.FromSeconds(0.3));
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await supervisor.StopAsync();
        Assert.Equal(137, supervisor.StatusOf("stubborn").LastExitCode);
        Assert.Contains(_lines, line => line.Text.Contains("is killed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_ends_by_itself_while_the_others_are_stopped_is_no_crash()
    {
        // As with a signal to the whole group of processes: what is stopped last has heard of it before it is asked.
        Mkfifo("go");
        await using var supervisor = Create([
            App("bus", "echo $$ > bus.pid; " + Serve("bus") + "read line < go; exit 0"),
            App("plugin", "trap 'echo now > go; while kill -0 $(cat bus.pid) 2>/dev/null; do sleep 0.02; done; exit 0' TERM; " + Serve("plugin") + "while true; do sleep 0.02; done", "bus"),
        ]);
        await supervisor.StartAsync(TestContext.Current.CancellationToken);

        await supervisor.StopAsync();

        Assert.Equal((AppPhase.Stopped, 0, 0), (supervisor.StatusOf("bus").Phase, supervisor.StatusOf("bus").LastExitCode, supervisor.StatusOf("bus").Restarts));
        Assert.DoesNotContain(_lines, line => line.Text.Contains("unasked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_app_can_be_restarted_and_that_is_no_crash()
    {
        await using var supervisor = Create([App("one", Serve("one") + "read forever")]);
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        var before = supervisor.StatusOf("one").ProcessId;
        await supervisor.RestartAsync("one", TestContext.Current.CancellationToken);
        var after = supervisor.StatusOf("one");
        Assert.NotEqual(before, after.ProcessId);
        Assert.Equal((AppPhase.Ready, 0), (after.Phase, after.Restarts));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_restart_leaves_no_process()
    {
        // Only the first run serves, so the second one is still starting when the stop comes.
        await using var supervisor = Create([App("weak", $"echo $$ >> pids; if [ -e once ]; then read forever; fi; touch once; {Serve("weak")}read line < go; exit 1")]);
        Mkfifo("go");
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(AppPhase.Ready);
        await CrashAsync();
        var starting = await UntilAsync(AppPhase.Starting);
        await supervisor.StopAsync();
        Assert.Equal(AppPhase.Stopped, supervisor.StatusOf("weak").Phase);
        Assert.False(Directory.Exists($"/proc/{starting.ProcessId}"), "The process that was being started lives on.");
    }

    [Fact]
    public async Task A_crashed_app_can_be_started_again_by_hand()
    {
        await using var supervisor = Create([App("weak", Serve("weak") + "if [ -e mended ]; then read forever; fi; read line < go; exit 1")], AtOnce with { MaxRestarts = 0 });
        Mkfifo("go");
        await supervisor.StartAsync(TestContext.Current.CancellationToken);
        await CrashAsync();
        await UntilAsync(AppPhase.Crashed);
        await File.WriteAllTextAsync(_folder["mended"], "");
        await supervisor.RestartAsync("weak", TestContext.Current.CancellationToken);
        Assert.Equal(AppPhase.Ready, supervisor.StatusOf("weak").Phase);
    }

    [Theory]
    [InlineData("a>b", "'a' depends on 'b', which is not there")]
    [InlineData("a>b b>a", "in a circle: a, b")]
    [InlineData("a a", "Two apps have the name 'a'")]
    public void Dependencies_that_cannot_be_met_are_refused(string apps, string finding) =>
        Assert.Contains(finding, Assert.Throws<ArgumentException>(() => Create([.. apps.Split(' ').Select(app => app.Split('>')).Select(app => App(app[0], "", app[1..]))])).Message, StringComparison.Ordinal);

    private Supervisor Create(IReadOnlyList<AppSpec> specs, RestartPolicy? restarts = null, TimeProvider? time = null, TimeSpan? readyTimeout = null, TimeSpan? stopTimeout = null, Action? heard = null)
    {
        var supervisor = new Supervisor(specs, line =>
        {
            _lines.Enqueue(line);
            heard?.Invoke();
        }, new SupervisorOptions
        {
            Restarts = restarts ?? AtOnce,
            Time = time ?? TimeProvider.System,
            Chance = () => 0.5,
            ReadyTimeout = readyTimeout ?? TimeSpan.FromSeconds(60),
            StopTimeout = stopTimeout ?? TimeSpan.FromSeconds(60),
        });
        supervisor.Changed += _moves.Set;
        return supervisor;
    }

    private AppSpec App(string name, string script, params string[] dependsOn) => new()
    {
        Name = name,
        Command = "/bin/sh",
        Arguments = ["-c", script],
        WorkingDirectory = _folder.Path,
        ReadyFile = _folder[$"{name}.ready"],
        DependsOn = dependsOn,
    };

    private static string Serve(string name) => $$"""echo '{"urls":["http://{{name}}"]}' > {{name}}.partial; mv {{name}}.partial {{name}}.ready; """;

    /// <summary>Notes start and stop, and runs until it is asked to end.</summary>
    private static string Trace(string name) => $"trap 'echo -{name} >> trace; exit 0' TERM; echo +{name} >> trace; {Serve(name)}while true; do sleep 0.02; done";

    private void Mkfifo(string name) => Shell($"mkfifo {name}");

    /// <summary>Lets the app that reads from the pipe run into its end.</summary>
    private Task CrashAsync() => Task.Run(() => Shell("echo now > go")).WaitAsync(TimeSpan.FromSeconds(60));

    private void Shell(string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = _folder.Path };
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private async Task<AppStatus> UntilAsync(AppPhase phase)
    {
        while (true)
        {
            var status = await _moves.NextAsync();
            if (status.Phase == phase)
                return status;
        }
    }
}
