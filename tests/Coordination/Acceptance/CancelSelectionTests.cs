using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Which commands a cancel means, and what it answers over HTTP.</summary>
public sealed class CancelSelectionTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _http = new HttpCaller(_plane) { Client = "test" };
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F104_a_query_finds_commands_that_run_and_no_others()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("done")));
        var a = await _plane.StoreAsync(record => record with { Stacks = ["a"] });
        var b = await _plane.StoreAsync(record => record with { Stacks = ["b"], Kind = "destroy", State = States.InProgress, OpenedAt = DateTimeOffset.UtcNow });
        var other = await _plane.StoreAsync(record => record with { Stacks = ["c"], ClientId = "other" });
        var ttl = await _plane.StoreAsync(record => record with { Stacks = ["d"], Source = Sources.TimeToLive, ClientId = "stack-expirer" });
        var sync = await _plane.StoreAsync(record => record with { Kind = "sync", Source = Sources.Synchronization, ClientId = "" });

        Assert.Equal([b], await CanceledAsync("client:me status:InProgress"));
        Assert.Empty(await CanceledAsync("stack:done"));
        Assert.Empty(await CanceledAsync("status:Success"));
        Assert.Equal([a], await CanceledAsync("stack:a stack:b"));
        Assert.Equal([ttl, other], await CanceledAsync("-stack:a"));
        Assert.Empty(await CanceledAsync("id:*"));
        Assert.Equal(States.NotStarted, (await _plane.Get<CommandStore>().FindAsync(sync, CancellationToken.None))!.State);
        Assert.Equal([sync], await CanceledAsync("source:sync"));
    }

    [Fact]
    public async Task F104_a_query_reaches_the_newest_hundred()
    {
        var ids = new List<string>();
        for (var i = 0; i < 103; i++)
            ids.Add(await _plane.StoreAsync());

        Assert.Equal(Enumerable.Reverse(ids).Take(100), await CanceledAsync("command:apply"));
        Assert.Equal(Enumerable.Reverse(ids).Skip(100), await CanceledAsync("command:apply"));
        Assert.Empty(await CanceledAsync("command:apply"));
    }

    [Fact]
    public async Task Of_one_that_is_named_it_is_said_why_it_is_not_canceled()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("done")));
        var over = (await _http.GetAsync("/api/v1/commands/status?scope=agent")).As(HttpJson.Default.CommandList).Commands[0].CommandId;

        Assert.Contains("There is no command 'nosuch'.", (await _http.PostAsync("/api/v1/commands/cancel?query=id:nosuch")).Text, StringComparison.Ordinal);
        Assert.Contains($"Command {over} is over already: Success.", (await _http.PostAsync($"/api/v1/commands/cancel?query=id:{over}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_query_the_callers_last_command_is_meant_and_no_other_in_its_place()
    {
        var older = await _plane.StoreAsync();
        await _plane.StoreAsync(record => record with { ClientId = "other" });
        await _plane.StoreAsync(record => record with { Source = Sources.TimeToLive });

        Assert.Equal([older], (await _http.PostAsync("/api/v1/commands/cancel")).As(HttpJson.Default.CancelCommandResponse).CommandIds);
        Assert.Equal(404, (await _http.PostAsync("/api/v1/commands/cancel")).Status);

        var running = await _plane.StoreAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
        Assert.Equal(404, (await _http.PostAsync("/api/v1/commands/cancel")).Status);
        Assert.Equal(202, (await _http.PostAsync("/api/v1/commands/cancel", ("query", $"id:{running}"))).Status);
    }

    [Fact]
    public async Task F105_nothing_to_cancel_is_not_found()
    {
        foreach (var path in (string[])["/api/v1/commands/cancel", "/api/v1/commands/cancel?query=stack:web", "/api/v1/commands/cancel?force=true", "/api/v1/commands/cancel?query=id:none"])
        {
            var answer = await _http.PostAsync(path);
            Assert.Equal((404, ErrorCodes.NotFound), (answer.Status, answer.ErrorCode));
        }

        ControlPlane.Succeeded(await _plane.RunAsync(CanceledCommands.Document("web")));
        Assert.Equal(404, (await _http.PostAsync("/api/v1/commands/cancel")).Status);
    }

    [Fact]
    public async Task The_answer_and_the_status_tell_of_a_cancel()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.HoldAsync(CanceledCommands.Document("web"), calls: 2);
        await ControlPlane.UntilAsync("two at work", async () => (await _plane.ShowAsync(id)).States() == "logs:InProgress vpc:InProgress web-1:NotStarted");
        var vpc = (await _plane.ShowAsync(id)).Update("vpc").ResourceId;

        var graceful = await _http.PostAsync("/api/v1/commands/cancel", ("query", "stack:web"));
        Assert.Equal((202, id), (graceful.Status, graceful.Json.GetProperty("CommandIds")[0].GetString()));
        Assert.False(graceful.Json.TryGetProperty("Forced", out _));
        Assert.Equal($$"""{"State":"InProgress","CommandId":"{{id}}"}""", graceful.Json.GetProperty("ResourceUpdateStates").GetProperty($"formae://{vpc}#").GetRawText());
        Assert.Equal(id, (await _http.GetAsync("/api/v1/commands/status?scope=agent&query=status:Canceling")).As(HttpJson.Default.CommandList).Commands.Single().CommandId);

        var forced = await _http.PostAsync("/api/v1/commands/cancel?query=stack:web&force=true");
        Assert.True(forced.Json.GetProperty("Forced").GetBoolean());
        Assert.Equal($$"""{"State":"Canceled","ForceCanceled":true,"CommandId":"{{id}}"}""", forced.Json.GetProperty("ResourceUpdateStates").GetProperty($"formae://{vpc}#").GetRawText());
        Assert.Equal(States.Canceled, (await _http.GetAsync($"/api/v1/commands/{id}/status")).As(HttpJson.Default.CommandList).Commands.Single().State);
        _plane.Cloud.OpenGate();
    }

    [Theory]
    [InlineData("?force=perhaps", "force is 'perhaps'")]
    [InlineData("?query=web", "field")]
    [InlineData("?query=colour:red", "colour")]
    public async Task What_cannot_be_understood_cancels_nothing(string parameters, string reason)
    {
        var id = await _plane.StoreAsync();

        var answer = await _http.PostAsync("/api/v1/commands/cancel" + parameters);

        Assert.Equal(400, answer.Status);
        Assert.Contains(reason, answer.Text, StringComparison.Ordinal);
        Assert.Equal(States.NotStarted, (await _plane.Get<CommandStore>().FindAsync(id, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task Who_only_looks_may_not_cancel_and_nobody_is_not_answered()
    {
        await _plane.StoreAsync();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("look"u8));
        var reader = new HttpCaller(_plane, ("Formae:Access:Keys:reader:0", hash)) { Client = "test", Headers = new() { ["x-functions-key"] = "look" } };

        Assert.Equal(403, (await reader.PostAsync("/api/v1/commands/cancel")).Status);
        Assert.Equal(400, (await new HttpCaller(_plane) { Client = null }.PostAsync("/api/v1/commands/cancel")).Status);
    }

    /// <summary>The commands that were canceled, in the order of the answer; none where there were none.</summary>
    private async Task<IReadOnlyList<string>> CanceledAsync(string query) =>
        await _plane.CancelAsync(query) is Formae.Coordination.Commands.CancelOutcome.Accepted accepted ? accepted.Response.CommandIds : [];
}
