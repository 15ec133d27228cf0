using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

/// <summary>Nothing is changed that nobody has said yes to.</summary>
public sealed class ConsentTests
{
    [Fact]
    public async Task What_is_typed_before_the_question_is_no_answer_to_it()
    {
        await using var server = await ServerAsync();
        using var run = new TestRun(input: "n\n", canAsk: true, typedBefore: "y\ny\n");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "destroy", run.Write("shop.json", "{}")));

        Assert.True(Assert.Single(server.Requests).Form.ContainsKey("simulate"));
        Assert.EndsWith("Nothing was changed.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_leaves_at_the_question_is_told_that_nothing_was_changed()
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var over = new ManualResetEventSlim();
        await using var server = await ServerAsync();
        using var run = new TestRun(canAsk: true, answers: new Silent(leave.Cancel, over));

        var exit = await FormaeCommandLine.RunAsync(["destroy", run.Write("shop.json", "{}"), "--server", server.Address], run.Context, leave.Token);

        over.Set();
        Assert.Equal(ExitCode.Interrupted, exit);
        Assert.EndsWith("Nothing was changed.\n", run.Out, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("json", "apply", "FILE", "--mode", "reconcile")]
    [InlineData("yaml", "destroy", "FILE")]
    [InlineData("json", "rollback", "--stack", "web", "--to", "2h")]
    public async Task How_something_is_printed_is_no_consent(string format, params string[] line)
    {
        await using var server = await ServerAsync();
        using var run = new TestRun(canAsk: true);
        var file = run.Write("shop.json", "{}");

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, [.. line.Select(word => word == "FILE" ? file : word), "--output", format]));

        Assert.Contains("--yes", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Who_waits_for_long_is_told_for_what_and_the_line_is_gone_afterwards()
    {
        var work = new TaskCompletionSource<int>();
        await using var error = new Heard("Planning shop.yaml… 0 s", () => work.TrySetResult(7));
        var terminal = new Terminal(TextWriter.Null, error, TextReader.Null, new TerminalAbilities { IsErrorLive = true, Width = 80 });

        Assert.Equal(7, await Patience.ForAsync(terminal, new AtOnce(), "Planning shop.yaml", work.Task));

        Assert.EndsWith("\r\u001b[2K", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pipe_nobody_is_told_of_a_wait()
    {
        using var run = new TestRun();

        Assert.Equal(7, await Patience.ForAsync(run.Context.Terminal, new AtOnce(), "Planning", Task.FromResult(7)));
        Assert.Equal("", run.Error);
    }

    private static async Task<FakeServer> ServerAsync() =>
        (await FakeServer.StartAsync()).On("POST commands", Samples.Response(Samples.Command(Samples.Update("delete", "assets"))), 202);

    /// <summary>Somebody who answers nothing.</summary>
    private sealed class Silent(Action asked, ManualResetEventSlim over) : TextReader
    {
        public override string? ReadLine()
        {
            asked();
            over.Wait();
            return null;
        }
    }

    private sealed class Heard(string what, Action heard) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains(what, StringComparison.Ordinal) is true)
                heard();
        }
    }

    /// <summary>A clock that stands, and whose timers are over at once.</summary>
    private sealed class AtOnce : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            TimeProvider.System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
