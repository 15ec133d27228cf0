using Azure.Data.Tables;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Looking for commands: scopes, queries, pages.</summary>
public sealed class HttpStatusTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _http = new HttpCaller(_plane);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F179_without_a_query_the_scope_says_whose_commands()
    {
        await AddAsync(1, "others");
        await AddAsync(2, "tests");
        var (mine, last) = ((await AddAsync(1, "tests"))[0], (await AddAsync(1, "others"))[0]);
        await AddAsync(1, "tests", source: "sync");

        Assert.Equal([mine], Ids(await _http.GetAsync("/api/v1/commands/status")));
        Assert.Equal([mine], Ids(await _http.GetAsync("/api/v1/commands/status?scope=client")));
        var all = Ids(await _http.GetAsync("/api/v1/commands/status?scope=agent"));
        Assert.Equal((5, last, mine), (all.Count, all[0], all[1]));
        Assert.Equal(404, (await new HttpCaller(_plane) { Client = "stranger" }.GetAsync("/api/v1/commands/status")).Status);
        Assert.Equal(400, (await _http.GetAsync("/api/v1/commands/status?scope=world")).Status);
    }

    [Fact]
    public async Task F179_a_query_looks_at_everybodys_and_me_is_the_caller()
    {
        var others = await AddAsync(2, "others", state: States.Failed, stacks: ["web", "db"]);
        var mine = await AddAsync(1, "tests", stacks: ["web"]);

        Assert.Equal(mine, Ids(await QueryAsync("client:me")));
        Assert.Equal(others.Reverse(), Ids(await QueryAsync("-client:me")));
        Assert.Equal(others.Reverse(), Ids(await QueryAsync("STATUS:failed")));
        Assert.Equal(mine, Ids(await QueryAsync($"id:{mine[0]}")));
        Assert.Equal([mine[0], others[0]], Ids(await QueryAsync($"id:{others[0]} id:{mine[0]}")));
        Assert.Equal(others.Reverse(), Ids(await QueryAsync("stack:db")));
        Assert.Equal(mine, Ids(await QueryAsync("-stack:db")));
        Assert.Equal(404, (await QueryAsync("stack:none")).Status);
        Assert.Equal((400, ErrorCodes.InvalidQuery), ((await QueryAsync("managed:true")).Status, (await QueryAsync("managed:true")).ErrorCode));
    }

    [Fact]
    public async Task F182_ten_are_told_at_first_and_never_more_than_two_hundred()
    {
        await AddAsync(210, "tests");

        Assert.Equal(10, Ids(await _http.GetAsync("/api/v1/commands/status?scope=agent")).Count);
        Assert.Equal(3, Ids(await _http.GetAsync("/api/v1/commands/status?scope=agent&max_results=3")).Count);
        Assert.Equal(200, Ids(await _http.GetAsync("/api/v1/commands/status?scope=agent&max_results=100000000000")).Count);
        foreach (var wrong in new[] { "many", "1.5", "0", "" })
        {
            var answer = await _http.GetAsync($"/api/v1/commands/status?scope=agent&max_results={wrong}");
            Assert.Equal((400, ErrorCodes.InvalidRequest), (answer.Status, answer.ErrorCode));
        }
    }

    [Fact]
    public async Task Pages_hold_every_command_once_while_others_are_added()
    {
        var ids = await AddAsync(25, "tests");
        var found = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var answer = await _http.GetAsync($"/api/v1/commands/status?scope=agent&max_results=10{(next.Length == 0 ? "" : $"&continuation={next}")}");
            found.AddRange(Ids(answer));
            next = answer.Next;
            await AddAsync(3, "tests");
        }

        Assert.Equal(ids.Reverse(), found);
    }

    [Fact]
    public async Task A_continuation_of_something_else_is_refused()
    {
        await AddAsync(3, "tests");
        var next = (await _http.GetAsync("/api/v1/commands/status?scope=agent&max_results=1")).Next!;

        var forged = Continuation.Write("commands", "", "no id");
        foreach (var wrong in new[] { "x", "%20", forged, next + "x", $"{(next[0] == 'A' ? 'B' : 'A')}{next[1..]}", $"{next}&query=client:me" })
        {
            var answer = await _http.GetAsync($"/api/v1/commands/status?scope=agent&continuation={wrong}");
            Assert.Equal((400, ErrorCodes.InvalidRequest), (answer.Status, answer.ErrorCode));
        }

        Assert.Equal(400, (await _http.GetAsync($"/api/v1/resources?continuation={next}")).Status);
        Assert.Equal(400, (await _http.GetAsync($"/api/v1/resources?continuation={Continuation.Write("resources", "", "no place")}")).Status);
    }

    [Fact]
    public async Task What_commands_do_is_read_only_of_those_that_are_shown()
    {
        var (hidden, shown) = ((await AddAsync(1, "others"))[0], (await AddAsync(1, "tests"))[0]);

        // Nobody can read this update, so whoever does fails.
        await _plane.Get<FormaeTables>().Updates.AddEntityAsync(new TableEntity(hidden, UpdateRecord.RowOf(0, 0)) { ["State"] = States.Success, ["Plan"] = "no plan" }, CancellationToken.None);

        Assert.Equal([shown], Ids(await QueryAsync("client:me")));
        Assert.Equal([shown], Ids(await _http.GetAsync("/api/v1/commands/status?scope=agent&max_results=1")));
        Assert.Equal(404, (await QueryAsync("status:Failed stack:none")).Status);
        await Assert.ThrowsAsync<System.Text.Json.JsonException>(() => QueryAsync("client:others"));
    }

    [Fact]
    public async Task Why_a_command_failed_as_a_whole_is_told()
    {
        var id = (await AddAsync(1, "tests", state: States.InProgress))[0];
        await _plane.Get<CommandStore>().EndAsync(id, States.Failed, DateTimeOffset.UtcNow, "The stack was taken over.", CancellationToken.None);

        var answer = await _http.GetAsync($"/api/v1/commands/{id}/status");

        Assert.Equal("The stack was taken over.", answer.As(HttpJson.Default.CommandList).Commands[0].Error);
    }

    private Task<HttpAnswer> QueryAsync(string query) => _http.GetAsync($"/api/v1/commands/status?scope=client&query={Uri.EscapeDataString(query)}");

    private static IReadOnlyList<string> Ids(HttpAnswer answer) => [.. answer.As(HttpJson.Default.CommandList).Commands.Select(command => command.CommandId)];

    /// <summary>Commands as they are stored, the oldest first.</summary>
    private async Task<IReadOnlyList<string>> AddAsync(int count, string client, string state = States.Success, string source = "user", IReadOnlyList<string>? stacks = null)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(_plane.Get<KsuidSource>().Next());
            await _plane.Get<CommandStore>().AddAsync(
                new CommandRecord { CommandId = ids[^1], Kind = "apply", Mode = "patch", State = state, ClientId = client, Source = source, StartedAt = DateTimeOffset.UtcNow, ModifiedAt = DateTimeOffset.UtcNow, Stacks = stacks ?? [] },
                CancellationToken.None);
        }

        return ids;
    }
}
