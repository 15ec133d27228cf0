using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;

namespace Formae.Cli.Tests;

public sealed class CancelTests
{
    private const string Answer = """
        {"CommandIds":["C1"],"ResourceUpdateStates":{"formae://a#":{"State":"InProgress","CommandId":"C1"},"formae://b#":{"State":"Canceled","CommandId":"C1"},"formae://c#":{"State":"Canceled","CommandId":"C1"}}}
        """;

    private static Command Canceled => Samples.Command(Samples.Update("create", "a", state: States.Success), Samples.Update("create", "b", state: States.Canceled)) with { State = States.Canceled };

    [Fact]
    public async Task What_still_runs_and_what_does_not_start_is_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands/cancel", Answer, 202);
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "cancel"));

        Assert.Equal("Canceling  command C1: 2 canceled, 1 still running\n", run.Out);
        Assert.Equal(new Dictionary<string, string> { ["force"] = "false" }, Assert.Single(server.Requests).Form);
    }

    [Theory]
    [InlineData("id:C1", "cancel", "C1", "--force")]
    [InlineData("stack:web", "cancel", "--query", "stack:web", "--force")]
    public async Task What_is_meant_is_sent_as_a_query(string query, params string[] arguments)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands/cancel", """{"CommandIds":["C1"],"Forced":true,"ResourceUpdateStates":{"formae://a#":{"State":"Canceled","ForceCanceled":true,"CommandId":"C1"}}}""", 202);
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, arguments));

        Assert.Equal("Canceled  command C1: 1 canceled\n", run.Out);
        Assert.Equal(new Dictionary<string, string> { ["force"] = "true", ["query"] = query }, Assert.Single(server.Requests).Form);
    }

    [Fact]
    public async Task Programs_get_the_answer_and_with_watch_the_commands_once_they_are_over()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands/cancel", Answer, 202);
        server.OnInTurn("GET commands/C1/status", Samples.Status(Samples.Command() with { State = States.Canceling }), Samples.Status(Canceled));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "cancel", "-o", "json"));
        Assert.Equal("InProgress", JsonDocument.Parse(run.Out).RootElement.GetProperty("ResourceUpdateStates").GetProperty("formae://a#").GetProperty("State").GetString());

        using var watched = new TestRun();
        Assert.Equal(ExitCode.Ok, await watched.InvokeAsync(server, "cancel", "-o", "json", "--watch"));
        Assert.Equal(States.Canceled, JsonDocument.Parse(watched.Out).RootElement.GetProperty("Commands")[0].GetProperty("State").GetString());
    }

    [Fact]
    public async Task Watching_a_cancel_ends_well_when_the_command_is_canceled()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands/cancel", Answer, 202);
        server.OnInTurn("GET commands/C1/status", Samples.Status(Samples.Command() with { State = States.Canceling }), Samples.Status(Canceled));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "cancel", "C1", "--watch"));

        Assert.Contains("Canceled: 1 created, 0 updated, 0 deleted, 1 canceled", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_cancel_is_a_refusal_and_a_command_and_a_query_are_too_much()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuses("POST commands/cancel", 404, ErrorCodes.NotFound, message: "There is nothing to cancel.");
        using var run = new TestRun();

        Assert.Equal(ExitCode.Failed, await run.InvokeAsync(server, "cancel"));
        Assert.Equal(ExitCode.Usage, await run.InvokeAsync(server, "cancel", "C1", "--query", "stack:web"));
        Assert.Contains("There is nothing to cancel.", run.Error, StringComparison.Ordinal);
    }
}
