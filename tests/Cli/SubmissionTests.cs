using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class SubmissionTests
{
    private static Command Planned => Samples.Command(Samples.Update("create", "assets"));

    [Fact]
    public async Task With_consent_an_apply_shows_the_plan_gives_the_command_and_tells_the_outcome()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun(input: "y\n", canAsk: true);
        var file = run.Write("shop.yaml", "Resources: []\n");

        var exit = await run.InvokeAsync(server, "apply", file, "--mode", "reconcile");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Equal(["POST commands", "POST commands", "GET commands/C1/events", "GET commands/C1/status"], server.Requests.Select(asked => asked.Route).Distinct().Prepend("POST commands"));
        Assert.Equal([true, false], server.Requests.Where(asked => asked.Route == "POST commands").Select(asked => asked.Form.ContainsKey("simulate")));
        Assert.Contains("Plan: 1 to create, 0 to update, 0 to delete", run.Out, StringComparison.Ordinal);
        Assert.Contains("Make these changes? [y/N]", run.Out, StringComparison.Ordinal);
        Assert.Contains("Success: 1 created, 0 updated, 0 deleted", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task Without_consent_nothing_is_given_and_that_is_no_failure(string answer)
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun(input: answer, canAsk: true);

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "patch");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.True(Assert.Single(server.Requests).Form.ContainsKey("simulate"));
        Assert.EndsWith("Nothing was changed.\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_the_flag_that_is_missing_is_named()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "patch");

        Assert.Equal(ExitCode.Failed, exit);
        Assert.Contains("--yes", run.Error, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_simulation_gives_nothing_even_with_yes()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "patch", "--simulate", "--yes");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.True(Assert.Single(server.Requests).Form.ContainsKey("simulate"));
        Assert.EndsWith("Simulation only: nothing was changed.\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apply", "--mode", "patch", "--simulate")]
    [InlineData("apply", "--mode", "patch", "--yes")]
    [InlineData("validate")]
    public async Task A_warning_about_the_document_is_shown_with_its_place(string verb, params string[] flags)
    {
        await using var server = await FakeServer.StartAsync();
        var notice = new Diagnostic { Severity = Severity.Warning, Code = DiagnosticCodes.TypeNotice, Summary = "A::B::C: nobody checks it.", Path = "Resources[0].Type", Line = 1, Column = 2 };
        server.On("POST commands", JsonSerializer.Serialize(new SubmitCommandResponse { Diagnostics = [notice] }, HttpJson.Default.SubmitCommandResponse));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, [verb, run.Write("shop.json", "{}"), .. flags]));

        Assert.Contains("TypeNotice", run.Error, StringComparison.Ordinal);
        Assert.Contains("nobody checks it", run.Error, StringComparison.Ordinal);
        Assert.Contains("shop.json:1:2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_fails_ends_with_one_and_says_what_failed()
    {
        await using var server = await ServerAsync(States.Failed);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "patch", "--yes");

        Assert.Equal(ExitCode.Failed, exit);
        Assert.Contains("✗ create web/assets  FakeAWS::S3::Bucket: no such region (after 3 attempts)", run.Out, StringComparison.Ordinal);
        Assert.Contains("Failed: 0 created, 0 updated, 0 deleted, 1 failed", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_do_is_one_line()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.NoChanges);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Equal("Nothing to do: everything is as the document says.\n", run.Out);
    }

    [Fact]
    public async Task Detached_it_says_how_to_look_later()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes", "--detach");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Single(server.Requests);
        Assert.Contains($"formae status C1 --server {server.Address} --watch", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaving_the_watch_leaves_the_command_running_and_says_how_to_look_later()
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.Response(Planned), 202).On("GET commands/C1/status", _ =>
        {
            leave.Cancel();
            return FakeServer.Json(Samples.Status(Planned), 200);
        });
        using var run = new TestRun();

        var exit = await FormaeCommandLine.RunAsync(["apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes", "--server", server.Address], run.Context, leave.Token);

        Assert.Equal(ExitCode.Interrupted, exit);
        Assert.Contains($"formae status C1 --server {server.Address} --watch", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, asked => asked.Route.Contains("cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_a_pipe_each_change_of_a_state_is_one_line_without_colour()
    {
        await using var server = await FakeServer.StartAsync();
        var running = Samples.Command(Samples.Update("create", "assets", state: States.InProgress));
        server.On("POST commands", Samples.Response(Planned), 202).OnInTurn(
            "GET commands/C1/status",
            Samples.Status(Planned), Samples.Status(running), Samples.Status(running), Samples.Status(Final(States.Success)));
        using var run = new TestRun(colour: true);

        await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes");

        Assert.DoesNotContain('\u001b', run.Out);
        var lines = run.Out.Split('\n').Where(line => line.Contains("web/assets", StringComparison.Ordinal)).Select(line => line[9..]);
        Assert.Equal(["create  InProgress  web/assets  FakeAWS::S3::Bucket", "create  Success     web/assets  FakeAWS::S3::Bucket"], lines);
    }

    [Fact]
    public async Task A_server_that_restarts_during_the_watch_is_waited_for()
    {
        await using var server = await FakeServer.StartAsync();
        var calls = 0;
        server.On("POST commands", Samples.Response(Planned), 202).On("GET commands/C1/status", _ =>
            Interlocked.Increment(ref calls) == 1 ? new Broken() : FakeServer.Json(Samples.Status(Final(States.Success)), 200));
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.True(calls > 1);
    }

    [Fact]
    public async Task A_destroy_that_takes_dependents_along_asks_for_them()
    {
        var cascade = Samples.Command(Samples.Update("delete", "net"), Samples.Update("delete", "vm") with { IsCascade = true, CascadeSource = "net" });
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.Response(cascade), 202).On("GET commands/C1/status", Samples.Status(Final(States.Success)));
        using var run = new TestRun(input: "y\ny\n", canAsk: true);

        await run.InvokeAsync(server, "destroy", "--query", "label:net");

        Assert.Equal(["abort", "cascade"], server.Requests.Where(asked => asked.Route == "POST commands").Select(asked => asked.Form["on-dependents"]));
    }

    [Fact]
    public async Task An_apply_says_what_becomes_of_dependents()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.Response(Planned), 202).On("GET commands/C1/status", Samples.Status(Final(States.Success)));
        using var run = new TestRun();

        await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--on-dependents", "cascade", "--yes");

        Assert.Equal(["cascade"], server.Requests.Where(asked => asked.Route == "POST commands").Select(asked => asked.Form["on-dependents"]));
    }

    [Fact]
    public async Task A_description_that_wants_to_be_confirmed_is_asked_about()
    {
        await using var server = await FakeServer.StartAsync();
        var response = new SubmitCommandResponse { Description = new() { Text = "Production.", Confirm = true }, Simulation = new Simulation { ChangesRequired = true, Command = Planned } };
        server.On("POST commands", JsonSerializer.Serialize(response, HttpJson.Default.SubmitCommandResponse));
        using var run = new TestRun(input: "n\n", canAsk: true);

        await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile");

        Assert.Contains("Production. Is this understood? [y/N]", run.Out, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task For_programs_an_apply_prints_the_id_and_asks_nothing()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes", "--output", "json");

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Equal("C1", Samples.Json(run.Out).GetProperty("CommandId").GetString());
        Assert.False(Assert.Single(server.Requests).Form.ContainsKey("simulate"));
    }

    [Fact]
    public async Task For_programs_a_simulation_prints_its_object()
    {
        await using var server = await ServerAsync(States.Success);
        using var run = new TestRun();

        await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--simulate", "--output", "json");

        Assert.True(Samples.Json(run.Out).GetProperty("ChangesRequired").GetBoolean());
    }

    [Fact]
    public async Task For_programs_a_refusal_is_the_apis_object_on_the_error_stream()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuses("POST commands", 422, ErrorCodes.EmptyStackRejected, new { EmptyStacks = new[] { "web" } });
        using var run = new TestRun();

        var exit = await run.InvokeAsync(server, "apply", run.Write("shop.json", "{}"), "--mode", "reconcile", "--yes", "-o", "json");

        Assert.Equal(ExitCode.InvalidDocument, exit);
        Assert.Equal("", run.Out);
        Assert.Equal(ErrorCodes.EmptyStackRejected, Samples.Json(run.Error).GetProperty("error").GetString());
    }

    private static Command Final(string state) => Samples.Command(Samples.Update("create", "assets", state: state) with
    {
        ErrorMessage = state == States.Failed ? "no such region" : null,
        CurrentAttempt = state == States.Failed ? 3 : 1,
    }) with
    { State = state };

    private static async Task<FakeServer> ServerAsync(string outcome)
    {
        var server = await FakeServer.StartAsync();
        return server.On("POST commands", asked => FakeServer.Json(Samples.Response(Planned, asked.Form.ContainsKey("simulate") ? "" : "C1"), 202))
            .On("GET commands/C1/status", Samples.Status(Final(outcome)));
    }

    /// <summary>Closes the connection in the middle of an answer.</summary>
    private sealed class Broken : Microsoft.AspNetCore.Http.IResult
    {
        public Task ExecuteAsync(Microsoft.AspNetCore.Http.HttpContext context)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }
}
