using System.Text.Json;
using Formae.Coordination.Background;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A stack whose time to live is over is destroyed.</summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: short }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: short, Target: eu, Properties: { Name: first, Value: "0" } }
        """;

    private const string Dependent = """
        Stacks: [{ Label: other }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: consumer, Type: "FakeAWS::Versioned::Consumer", Stack: other, Target: eu, Properties: { Name: c, ParentRef: { $res: true, $label: parent, $type: "FakeAWS::Versioned::Parent", $stack: short, $property: ParentId } } }
        """;

    private static readonly DateTimeOffset LongAgo = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private Interruption _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new Interruption(inner) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F158_a_relative_time_counts_from_the_creation_of_the_stack_and_not_from_its_last_change()
    {
        await RunAsync(Document);
        await SetAsync("short", LongAgo, """{"Type":"ttl","TTLSeconds":3600}""");
        await RunAsync(Document.Replace("\"0\"", "\"1\"", StringComparison.Ordinal).Replace("{ Label: short }", """{ Label: short, Policies: [{ Type: ttl, TTLSeconds: 3600 }] }""", StringComparison.Ordinal));
        Assert.Equal(LongAgo, (await _plane.Get<StackStore>().FindAsync("short", _cancellation))!.CreatedAt);

        var answer = await _plane.CheckTimeToLiveAsync();

        Assert.Equal(["short"], answer.ExpiredStacks);
        await EndAsync(Assert.Single(answer.CommandIds!));
        Assert.Empty(await _plane.InventoryAsync());
        Assert.Null(await _plane.Get<StackStore>().FindAsync("short", _cancellation));
        Assert.Equal(States.Success, (await _plane.Get<CommandQueries>().FindAsync(answer.CommandIds![0], _cancellation))!.State);
        Assert.DoesNotContain(await _plane.Get<CommandQueries>().ListAsync(Query.Everything, "test", 10, _cancellation), command => command.CommandId == answer.CommandIds[0]);
    }

    [Fact]
    public async Task F158_a_relative_time_that_is_not_over_holds()
    {
        await RunAsync(Document);
        await SetAsync("short", DateTimeOffset.UtcNow, """{"Type":"ttl","TTLSeconds":3600}""");

        Assert.Empty((await _plane.CheckTimeToLiveAsync()).ExpiredStacks);
    }

    [Fact]
    public async Task F159_an_end_in_the_past_expires_one_in_the_future_holds_and_one_that_is_no_time_never_comes()
    {
        await RunAsync(Document);
        foreach (var holds in new[] { "2096-01-01T00:00:00Z", "soon", "2026-99-99T00:00:00Z" })
        {
            await SetAsync("short", LongAgo, $$"""{"Type":"ttl","ExpiresAt":"{{holds}}"}""");
            Assert.Empty((await _plane.CheckTimeToLiveAsync()).ExpiredStacks);
        }

        await SetAsync("short", DateTimeOffset.UtcNow, """{"Type":"ttl","ExpiresAt":"2026-01-01T00:00:00Z"}""");
        Assert.Equal(["short"], (await _plane.CheckTimeToLiveAsync()).ExpiredStacks);
    }

    [Fact]
    public async Task F160_what_others_depend_on_stays_or_takes_them_along_as_the_policy_says()
    {
        await RunAsync(Document);
        await RunAsync(Dependent);
        await SetAsync("short", LongAgo, """{"Type":"ttl","TTLSeconds":1}""");

        Assert.Equal((0, null), (await CheckAsync()));
        Assert.Equal(2, (await _plane.InventoryAsync()).Count);

        await _plane.Get<PolicyStore>().PutAsync(new Policy { Label = "shared", Type = Policy.TimeToLive, TtlSeconds = 1, OnDependents = "cascade" }, _cancellation);
        await SetAsync("short", LongAgo, """{"$ref":"policy://shared"}""");
        var answer = await _plane.CheckTimeToLiveAsync();
        await EndAsync(Assert.Single(answer.CommandIds!));
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task F161_a_stack_that_a_command_works_on_is_left_until_the_next_time()
    {
        await RunAsync(Document);
        await SetAsync("short", LongAgo, """{"Type":"ttl","TTLSeconds":1}""");
        _plane.Cloud.CloseGate();
        var running = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document.Replace("\"0\"", "\"1\"", StringComparison.Ordinal)));

        Assert.Equal((0, null), await CheckAsync());

        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(running.Response.CommandId));
    }

    [Fact]
    public async Task F162_an_empty_stack_is_removed_without_a_command()
    {
        await _plane.Get<StackStore>().PutAsync(new Stack { Id = "s", Label = "empty", CreatedAt = LongAgo, Policies = [JsonElement.Parse("""{"Type":"ttl","TTLSeconds":1}""")] }, _cancellation);

        var answer = await _plane.CheckTimeToLiveAsync();

        Assert.Equal(["empty"], answer.ExpiredStacks);
        Assert.Null(answer.CommandIds);
        Assert.Null(await _plane.Get<StackStore>().FindAsync("empty", _cancellation));
    }

    [Fact]
    public async Task A_stack_that_cannot_be_ended_holds_up_no_other()
    {
        await RunTwoAsync();
        _tables.BeforeNextWriteTo("FormaeCommands", static () => throw new Azure.RequestFailedException(503, "Too busy."));

        var first = await _plane.CheckTimeToLiveAsync();
        var second = await _plane.CheckTimeToLiveAsync();

        Assert.Equal(["short-too"], first.ExpiredStacks);
        Assert.Equal(["short"], second.ExpiredStacks);
        await EndAsync(Assert.Single(first.CommandIds!));
        await EndAsync(Assert.Single(second.CommandIds!));
    }

    [Fact]
    public async Task A_stack_that_is_given_more_time_while_others_are_ended_stays()
    {
        await RunTwoAsync();
        _tables.BeforeNextWriteTo("FormaeCommands", () => SetAsync("short-too", LongAgo, """{"Type":"ttl","ExpiresAt":"2096-01-01T00:00:00Z"}"""));

        var answer = await _plane.CheckTimeToLiveAsync();

        Assert.True(_tables.Happened);
        Assert.Equal(["short"], answer.ExpiredStacks);
        await EndAsync(Assert.Single(answer.CommandIds!));
    }

    private async Task RunTwoAsync()
    {
        await RunAsync(Document);
        await RunAsync(Document.Replace("short", "short-too", StringComparison.Ordinal).Replace("first", "second", StringComparison.Ordinal));
        await SetAsync("short", LongAgo, """{"Type":"ttl","TTLSeconds":1}""");
        await SetAsync("short-too", LongAgo, """{"Type":"ttl","TTLSeconds":1}""");
    }

    private async Task<(int Stacks, IReadOnlyList<string>? Commands)> CheckAsync()
    {
        var answer = await _plane.CheckTimeToLiveAsync();
        return (answer.ExpiredStacks.Count, answer.CommandIds);
    }

    private async Task SetAsync(string label, DateTimeOffset createdAt, string policy)
    {
        var row = new Azure.Data.Tables.TableEntity("stack", label) { ["CreatedAt"] = createdAt };
        await _plane.Get<FormaeTables>().Stacks.UpdateEntityAsync(row, Azure.ETag.All, Azure.Data.Tables.TableUpdateMode.Merge, _cancellation);
        await _plane.Get<StackStore>().SetPoliciesAsync(label, _ => [JsonElement.Parse(policy)], _cancellation);
    }

    private async Task RunAsync(string document) => ControlPlane.Succeeded(await _plane.RunAsync(document));

    private async Task EndAsync(string commandId)
    {
        await _plane.EndOfInstanceAsync(commandId);
        var command = (await _plane.Get<CommandStore>().FindAsync(commandId, _cancellation))!;
        Assert.Equal((States.Success, Sources.TimeToLive), (command.State, command.Source));
    }
}
