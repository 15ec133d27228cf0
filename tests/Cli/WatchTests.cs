using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Cli.Watching;
using Formae.Client;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Cli.Tests;

/// <summary>Following a command by events, and without them.</summary>
public sealed class WatchTests
{
    private const string Events = "GET commands/C1/events";
    private const string Whole = "GET commands/C1/status";

    private static Command Done => Samples.Command(
        Samples.Update("create", "a", state: States.Success) with { Duration = 10 }, Samples.Update("create", "b", state: States.Failed) with { ErrorMessage = "no room" }) with
    { State = States.Failed };

    private static string WholeScript => EventScript.Status(States.InProgress) + EventScript.Update("0.9", "a", States.NotStarted, "It waits for its plugin.")
        + EventScript.Update("1.0", "a", States.InProgress) + EventScript.Update("1.1", "b", States.InProgress) + EventScript.Update("2.0", "a", States.Success)
        + EventScript.Update("3.0", "b", States.InProgress, attempt: 2) + EventScript.Update("4.0", "b", States.Failed, "no room", attempt: 2) + EventScript.End(States.Failed);

    [Fact]
    public async Task Each_change_is_a_line_and_the_whole_is_asked_for_once()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => new EventScript(WholeScript)).On(Whole, Samples.Status(Done));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch"));

        Assert.Equal(
            ["create  NotStarted  web/a", "create  InProgress  web/a", "create  InProgress  web/b", "create  Success     web/a", "create  InProgress  web/b", "create  Failed      web/b"],
            Lines(run));
        Assert.Contains("(attempt 2 of 10)", run.Out, StringComparison.Ordinal);
        Assert.Contains("web/b  FakeAWS::S3::Bucket: no room", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("Failed: 1 created, 0 updated, 0 deleted, 1 failed\n", run.Out, StringComparison.Ordinal);
        Assert.Equal([Events, Whole], server.Requests.Select(asked => asked.Route));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wherever_the_connection_is_cut_the_same_is_shown(bool isCut)
    {
        var parts = WholeScript.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(part => part + "\n\n").ToArray();
        for (var cut = 1; cut < parts.Length; cut++)
        {
            await using var server = await FakeServer.StartAsync();
            var first = string.Concat(parts[..cut]) + "event: update\nid: 9.9\ndata: {\"Of\"";
            server.On(Events, asked => server.Requests.Count == 1 ? new EventScript(first, isCut) : new EventScript(Behind(parts, asked.Headers.GetValueOrDefault(Headers.LastEventId)))).On(Whole, Samples.Status(Done));
            using var run = new TestRun();

            await run.InvokeAsync(server, "status", "C1", "--watch");

            Assert.Equal(6, Lines(run).Count);

            // What was on its way when the connection broke may be lost with it; what came in an end that was orderly did come.
            var ids = parts[..cut].Select(IdOf).OfType<string>().ToList();
            if (!isCut)
                Assert.Equal(ids.LastOrDefault(), server.Requests[1].Headers.GetValueOrDefault(Headers.LastEventId));
        }
    }

    [Fact]
    public async Task What_a_cloud_says_commands_no_terminal()
    {
        const string message = "no \u001b[31mroom\u001b]0;title\u0007 \u009b2J [[bold]here[/]\u007f";
        var failed = Samples.Command(Samples.Update("create", "a", state: States.Failed) with { ErrorMessage = message }) with { State = States.Failed };
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => new EventScript(EventScript.Status(States.InProgress, total: 1) + EventScript.Update("1.0", "a", States.Failed, message) + EventScript.End(States.Failed))).On(Whole, Samples.Status(failed));
        using var run = new TestRun();

        await run.InvokeAsync(server, "status", "C1", "--watch");
        await run.InvokeAsync(server, "status", "C1");

        Assert.Equal(3, run.Out.Split("no ␛[31mroom␛]0;title␇ \ufffd2J [[bold]here[/]␡").Length - 1);
        Assert.DoesNotContain(run.Out, character => char.IsControl(character) && character != '\n');
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(500)]
    [InlineData(200)]
    public async Task Where_events_do_not_come_the_command_is_asked_for(int status)
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => status == 200 ? Results.Text("<html>", "text/html") : Results.StatusCode(status)).OnInTurn(Whole, Samples.Status(Samples.Command(Samples.Update("create", "a", state: States.InProgress))), Samples.Status(Done));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch"));

        Assert.Equal(["create  InProgress  web/a", "create  Success     web/a", "create  Failed      web/b"], Lines(run));
        Assert.Equal("", run.Error);
        Assert.Equal([Events, Whole, Whole], server.Requests.Select(asked => asked.Route));
    }

    [Fact]
    public async Task A_proxy_that_cuts_before_anything_comes_is_given_up_without_a_word()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => new EventScript("", isCut: true)).On(Whole, Samples.Status(Done));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch"));

        Assert.InRange(server.Requests.Count(asked => asked.Route == Events), 3, 6);
        Assert.Equal((Whole, 2, ""), (server.Requests[^1].Route, Lines(run).Count, run.Error));
    }

    [Fact]
    public async Task A_proxy_that_keeps_events_back_is_given_up()
    {
        await using var server = await FakeServer.StartAsync();
        var never = new TaskCompletionSource();
        server.On(Events, _ => new EventScript(WholeScript, before: never.Task)).On(Whole, Samples.Status(Done));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "status", "C1", "--watch"));

        Assert.Equal([Events, Whole], server.Requests.Select(asked => asked.Route));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_nothing_comes_the_picture_is_painted_again()
    {
        await using var server = await FakeServer.StartAsync();
        var screen = new Screen();
        server.On(Events, _ => new EventScript(EventScript.Status(States.InProgress) + EventScript.Update("1.0", "a", States.InProgress), between: screen.IsPaintedAgain, then: EventScript.End(States.Failed))).On(Whole, Samples.Status(Done));
        using var run = new TestRun();
        using var session = new Session(run.Context, new Uri(server.Address), key: null, TestContext.Current.CancellationToken);

        await new CommandWatch(session).FollowAsync("C1", screen);

        Assert.True(screen.IsPaintedAgain.IsCompletedSuccessfully);
    }

    /// <summary>Waits until the same picture has come three times.</summary>
    private sealed class Screen : IProgressView
    {
        private readonly TaskCompletionSource _painted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _times;

        public Task IsPaintedAgain => _painted.Task;

        public bool ShowsWaiting => false;

        public Task<Command> RunAsync(Func<Task<Command>> follow) => follow();

        public void Show(WatchedCommand command, IReadOnlyList<UpdateText> news)
        {
            _times = news.Count == 0 && command.Updates.Count == 1 ? _times + 1 : 0;
            if (_times == 3)
                _painted.TrySetResult();
        }
    }

    [Fact]
    public async Task What_was_shown_by_events_is_not_shown_again_by_asking()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => server.Requests.Count == 1 ? new EventScript(EventScript.Status(States.InProgress) + EventScript.Update("1.0", "a", States.Success)) : Results.StatusCode(404))
            .OnInTurn(Whole, Samples.Status(Samples.Command(Samples.Update("create", "a", state: States.InProgress))), Samples.Status(Done));
        using var run = new TestRun();

        await run.InvokeAsync(server, "status", "C1", "--watch");

        Assert.Equal(["create  Success     web/a", "create  Failed      web/b"], Lines(run));
    }

    [Fact]
    public async Task Events_and_their_data_that_a_newer_server_sends_are_passed_over()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, _ => new EventScript(": hello\n\nevent: weather\nid: 0.5\ndata: fine\n\n" + WholeScript.Replace("\"Of\"", "\"Mood\":{\"a\":1},\"Of\"", StringComparison.Ordinal)));
        using var client = Client(server);

        var events = await AllAsync(client);

        Assert.Equal(["0.9", "1.0", "1.1", "2.0", "3.0", "4.0"], events.OfType<CommandEvent.Update>().Select(update => update.Id));
        Assert.IsType<CommandEvent.End>(events[^1]);
    }

    [Fact]
    public async Task Whoever_has_heard_the_end_hears_nothing_more()
    {
        await using var server = await FakeServer.StartAsync();
        server.On(Events, asked => asked.Headers[Headers.LastEventId] == "end" ? Results.NoContent() : Results.StatusCode(500));
        using var client = Client(server);

        Assert.Empty(await AllAsync(client, "end"));
    }

    [Fact]
    public async Task A_refusal_is_told_as_it_is()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = Client(server);

        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<FormaeApiException>(() => AllAsync(client))).Response.Error);
    }

    private static string? IdOf(string part) => part.Split('\n').FirstOrDefault(line => line.StartsWith("id: ", StringComparison.Ordinal))?[4..];

    private static string Behind(string[] parts, string? id) => EventScript.Status(States.InProgress) + string.Concat(id is null ? parts[1..] : parts[(Array.FindIndex(parts, part => IdOf(part) == id) + 1)..]);

    private static FormaeClient Client(FakeServer server) => new(new FormaeClientOptions { Server = new Uri(server.Address), ClientId = "me" });

    private static async Task<IReadOnlyList<CommandEvent>> AllAsync(FormaeClient client, string? after = null)
    {
        var events = new List<CommandEvent>();
        await foreach (var happened in client.WatchCommandAsync("C1", after, TestContext.Current.CancellationToken))
            events.Add(happened);
        return events;
    }

    /// <summary>The lines of progress without their times and without what follows the name.</summary>
    private static IReadOnlyList<string> Lines(TestRun run) =>
        [.. run.Out.Split('\n').Where(line => line.Length > 9 && line.TrimStart().Split(' ')[0].EndsWith('s') && line.Contains("  create", StringComparison.Ordinal)).Select(line => line[9..].Split("  FakeAWS")[0])];
}
