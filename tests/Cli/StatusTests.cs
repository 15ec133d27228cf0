using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Cli.Watching;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class StatusTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static Command Done => Samples.Command(
        Samples.Update("create", "a", state: States.Success) with { Duration = 1250 },
        Samples.Update("create", "b", state: States.Failed) with { Duration = 65_000, ErrorMessage = "no\nroom", CurrentAttempt = 2, MaxAttempts = 11 },
        Samples.Update("delete", "c", state: States.Canceled)) with
    { State = States.Failed, StartTs = Start, EndTs = Start.AddSeconds(66) };

    [Fact]
    public async Task One_command_shows_every_update()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/C1/status", Samples.Status(Done));
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "status", "C1");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Equal("""
            Command C1  apply (reconcile)  2026-01-02 03:04:05Z
              ✓ Success    create web/a  FakeAWS::S3::Bucket  1.3s
              ✗ Failed     create web/b  FakeAWS::S3::Bucket  1m05s  attempt 2 of 11  no room
              ∅ Canceled   delete web/c  FakeAWS::S3::Bucket
            Failed: 1 created, 0 updated, 0 deleted, 1 failed, 1 canceled in 1m06s

            """, run.Out);
    }

    [Fact]
    public async Task Who_gave_a_command_and_why_it_broke_is_shown()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/C1/status", Samples.Status(Done with { ResourceUpdates = null, SubjectName = "ada@example.org", Error = "The stack was\ntaken over." }));
        using var run = new TestRun();

        await run.InvokeAsync(server, "status", "C1");

        Assert.StartsWith("Command C1  apply (reconcile)  2026-01-02 03:04:05Z  by ada@example.org\n  The stack was taken over.\nFailed:", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_ends_as_the_command_does()
    {
        await using var server = await FakeServer.StartAsync();
        server.OnInTurn("GET commands/C1/status", Samples.Status(Samples.Command()), Samples.Status(Done));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch"));
        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch", "-o", "yaml"));
        Assert.Contains("CommandId: C1", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_id_the_latest_are_listed()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/status", Samples.Status(Done));
        using var run = new TestRun();

        await run.InvokeAsync(server, "status", "--query", "status:Failed", "--max-results", "5");

        Assert.Contains("C1        apply (reconcile)   Failed   2026-01-02 03:04:05Z   1/3", run.Out, StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, string> { ["scope"] = "agent", ["max_results"] = "5", ["query"] = "status:Failed" }, Assert.Single(server.Requests).Query);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_a_refusal()
    {
        await using var server = await FakeServer.StartAsync();
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C7"));
        Assert.StartsWith("error NotFound:", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(30)]
    public async Task An_id_is_in_one_piece_however_narrow_the_terminal_is(int width)
    {
        var id = new string('3', 27);
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/status", Samples.Status(Done with { CommandId = id }));
        using var run = new TestRun(isLive: true, width: width);

        await run.InvokeAsync(server, "status");

        Assert.Contains(id, run.Out, StringComparison.Ordinal);
        Assert.Contains("Failed", run.Out, StringComparison.Ordinal);
        Assert.All(run.Out.Split('\n'), line => Assert.InRange(line.Length, 0, Math.Max(width, id.Length + 9)));
    }

    [Fact]
    public void The_picture_counts_what_is_still_to_come_and_the_time_of_the_command()
    {
        var now = DateTimeOffset.UtcNow;
        var watched = new WatchedCommand();
        watched.Hear(new CommandProgress { Total = 301 });
        foreach (var number in Enumerable.Range(0, 209))
            watched.Hear(new UpdateText($"u{number}", "create", $"r{number}", "", number < 193 ? States.Success : States.InProgress) { StartedAt = now.AddMinutes(-10) });
        using var run = new TestRun(width: 100);

        run.Context.Terminal.Out.Write(new LiveProgress(run.Context.Terminal.Out, TimeProvider.System).Picture(watched, height: 24));

        Assert.Contains("… and 92 more to come", run.Out, StringComparison.Ordinal);
        Assert.Contains("193/301 10m", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_fits_the_window_and_keeps_what_runs_and_what_failed()
    {
        var updates = Enumerable.Range(0, 100).Select(number => Samples.Update("create", $"r{number}", state: number switch
        {
            98 => States.InProgress,
            99 => States.Failed,
            _ => States.Success,
        }));
        using var run = new TestRun(width: 100);

        var watched = new WatchedCommand();
        watched.Hear(Samples.Command([.. updates]));
        run.Context.Terminal.Out.Write(new LiveProgress(run.Context.Terminal.Out, TimeProvider.System).Picture(watched, height: 10));

        var lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 1, 10);
        Assert.Contains("▸ create web/r98", lines[0], StringComparison.Ordinal);
        Assert.Contains("✗ create web/r99", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("more", run.Out, StringComparison.Ordinal);
        Assert.Contains("99/100 1 failed", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(States.InProgress, ", 1m05s so far")]
    [InlineData(States.Canceling, ", 1m05s so far")]
    [InlineData(States.Success, " in 2.0s")]
    public void Of_a_command_that_runs_it_is_said_for_how_long(string state, string expected)
    {
        // While it runs, the time of its end is that of its last change.
        var start = new DateTimeOffset(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var command = Samples.Command(Samples.Update("create", "a", state: States.Success)) with { State = state, StartTs = start, EndTs = start.AddSeconds(2) };

        Assert.Equal($"{state}: 1 created, 0 updated, 0 deleted{expected}", OutcomeView.Summary(command, start.AddSeconds(65)));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Colour_is_left_out_when_it_is_not_wanted(bool colour, bool expected)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/C1/status", Samples.Status(Done));
        using var run = new TestRun(isLive: true, colour: colour, width: 120);

        // Forced, because the tests themselves run without a terminal.
        run.Context.Terminal.Out.Profile.Capabilities.Ansi = true;
        if (colour)
            run.Context.Terminal.Out.Profile.Capabilities.ColorSystem = Spectre.Console.ColorSystem.Standard;
        await run.InvokeAsync(server, "status", "C1");

        Assert.Equal(expected, run.Out.Contains("\u001b[3", StringComparison.Ordinal));
    }

    [Fact]
    public void No_color_is_heard()
    {
        Assert.False(Terminals.Terminal.AbilitiesOf(name => name == "NO_COLOR" ? "1" : null).Colour);
        Assert.True(Terminals.Terminal.AbilitiesOf(_ => null).Colour);
    }
}
