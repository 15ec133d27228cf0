using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What there is, over HTTP.</summary>
public sealed class HttpInventoryTests : IAsyncLifetime
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
    public async Task F178_the_numbers_count_by_namespace_state_and_type_and_leave_synchronisations_out()
    {
        await FillAsync();
        await PutAsync("$unmanaged", "found", managed: false);
        await AddCommandAsync("apply", States.Success, "user", "a");
        await AddCommandAsync("apply", States.Failed, "user", "b");
        await AddCommandAsync("sync", States.Success, "sync", "");

        var stats = (await _http.GetAsync("/api/v1/stats")).As(HttpJson.Default.Stats);

        Assert.Equal((2, 2, 3, 1), (stats.Clients, stats.Stacks, stats.Resources["FakeAWS"], stats.UnmanagedResources["FakeAWS"]));
        Assert.Equal([("apply", 2)], stats.Commands.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal([("Failed", 1), ("Success", 1)], stats.States.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal((2, 4), (stats.Targets["FakeAWS"], stats.ResourceTypes["FakeAWS::S3::Bucket"]));
        Assert.Equal(("FakeAWS", 3), stats.Plugins.Select(plugin => (plugin.Namespace, plugin.ResourceCount)).Single());
        Assert.Contains("FakeAWS::S3::Bucket", stats.Plugins[0].ResourceTypesToDiscover);
        Assert.Equal((0, 0), (stats.ReapPendingTargets, stats.ReapedTargets));
    }

    [Fact]
    public async Task F181_percent_and_underscore_stand_for_themselves()
    {
        await FillAsync();
        await PutAsync("web", "50%_off");

        Assert.Equal(["50%_off"], await LabelsAsync("label:50%_off"));
        Assert.Equal(["50%_off"], await LabelsAsync("label:*%_*"));
        Assert.Empty(await LabelsAsync("label:%"));
        Assert.Empty(await LabelsAsync("label:_"));
        Assert.Empty(await LabelsAsync("label:w_b%*"));
    }

    [Fact]
    public async Task Queries_that_read_less_find_the_same()
    {
        await FillAsync();
        await PutAsync("a b", "spaced");

        Assert.Equal(["a", "b"], await LabelsAsync("stack:web"));
        Assert.Equal(["a", "b"], await LabelsAsync("stack:web type:fakeaws::s3::bucket"));
        Assert.Empty(await LabelsAsync("stack:web type:FakeAWS::S3::Buck"));
        Assert.Equal(["a"], await LabelsAsync("target:us"));
        Assert.Equal(["c"], await LabelsAsync("target:eu stack:db"));
        Assert.Equal(["b", "c", "spaced"], await LabelsAsync("-target:us"));
        Assert.Equal(["a", "b", "c"], await LabelsAsync("stack:db stack:web"));
        Assert.Equal(["spaced"], await LabelsAsync("stack:a\\ b"));
        Assert.Empty(await LabelsAsync("stack:WEB"));
        Assert.Equal(4, (await LabelsAsync("managed:TRUE")).Count);
        var wrong = await _http.GetAsync("/api/v1/resources?query=managed:yes");
        Assert.Equal((400, ErrorCodes.InvalidQuery), (wrong.Status, wrong.ErrorCode));
        Assert.Equal(wrong.Json.GetProperty("message").GetString(), wrong.Json.GetProperty("data").GetProperty("Reason").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("type:FakeAWS::S3::Bucket")]
    [InlineData("stack:db stack:web")]
    [InlineData("target:eu target:us")]
    public async Task Pages_hold_every_resource_once(string query)
    {
        await FillAsync();
        var found = new List<string>();
        var pages = 0;
        for (string? next = ""; next is not null; pages++)
        {
            var answer = await _http.GetAsync($"/api/v1/resources?query={Uri.EscapeDataString(query)}&max_results=1{(next.Length == 0 ? "" : $"&continuation={next}")}");
            var forma = answer.As(HttpJson.Default.Forma);
            found.AddRange(forma.Resources.Select(resource => resource.Label));
            Assert.Equal(forma.Resources.Select(resource => resource.Stack), forma.Stacks.Select(stack => stack.Label));
            next = answer.Next;
        }

        Assert.Equal(["c", "a", "b"], found);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task F183_a_resource_is_found_by_its_KSUID()
    {
        await FillAsync();
        var ksuid = (await _plane.InventoryAsync()).Single(resource => resource.Label == "c").Ksuid;

        var found = await _http.GetAsync($"/api/v1/resources/by-ksuid/{ksuid}");

        Assert.Equal((200, "c"), (found.Status, found.As(HttpJson.Default.Resource).Label));
        Assert.Equal(400, (await _http.GetAsync("/api/v1/resources/by-ksuid/none")).Status);
        Assert.Equal(404, (await _http.GetAsync($"/api/v1/resources/by-ksuid/{_plane.Get<KsuidSource>().Next()}")).Status);
    }

    [Fact]
    public async Task F184_a_summary_of_nothing_is_an_empty_list()
    {
        var none = await _http.GetAsync("/api/v1/resources/summary?query=stack:none");
        await FillAsync();
        var some = (await _http.GetAsync("/api/v1/resources/summary?query=stack:web")).As(HttpJson.Default.IReadOnlyListResourceSummary);

        Assert.Equal((200, "[]"), (none.Status, none.Text));
        Assert.Equal([("a", "web", "FakeAWS::S3::Bucket", "native-a"), ("b", "web", "FakeAWS::S3::Bucket", "native-b")], some.Select(one => (one.Label, one.Stack, one.Type, one.NativeId!)));
        Assert.All(some, one => Assert.True(Ksuid.IsValid(one.Ksuid)));
        var first = await _http.GetAsync("/api/v1/resources/summary?max_results=2");
        Assert.Equal(2, first.Json.GetArrayLength());
        Assert.Equal("b", (await _http.GetAsync($"/api/v1/resources/summary?max_results=2&continuation={first.Next}")).Json[0].GetProperty("Label").GetString());
    }

    [Theory]
    [InlineData("stacks")]
    [InlineData("targets")]
    [InlineData("policies")]
    [InlineData("resources")]
    public async Task F185_a_list_of_nothing_is_not_found(string list)
    {
        var answer = await _http.GetAsync($"/api/v1/{list}");

        Assert.Equal((404, ErrorCodes.NotFound), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task F185_stacks_targets_and_policies_are_told_as_a_whole()
    {
        await FillAsync();

        var stacks = (await _http.GetAsync("/api/v1/stacks")).As(HttpJson.Default.IReadOnlyListStack);
        var targets = (await _http.GetAsync("/api/v1/targets?query=label:u*")).As(HttpJson.Default.IReadOnlyListTarget);
        var policies = (await _http.GetAsync("/api/v1/policies")).As(HttpJson.Default.IReadOnlyListPolicyInventoryItem);

        Assert.Equal([("db", null), ("web", "front end")], stacks.OrderBy(stack => stack.Label).Select(stack => (stack.Label, stack.Description)));
        Assert.All(stacks, stack => Assert.True(stack.CreatedAt > DateTimeOffset.UnixEpoch && Ksuid.IsValid(stack.Id)));
        Assert.Equal(("us", "FakeAWS", "us-1"), targets.Select(target => (target.Label, target.Namespace, target.Config!.Value.GetProperty("Region").GetString())).Single());
        Assert.Equal(["db-auto-reconcile-12345678", "night", "unused"], policies.Select(policy => policy.Label));
        Assert.Equal("""{"IntervalSeconds":300}""", policies[0].Config!.Value.GetRawText());
        Assert.Equal((Policy.TimeToLive, 3600L), (policies[1].Type, policies[1].Config!.Value.GetProperty("TTLSeconds").GetInt64()));
        Assert.Equal([["db"], ["web"], []], policies.Select(policy => policy.AttachedStacks));
        Assert.Equal(404, (await _http.GetAsync("/api/v1/targets?query=label:nowhere")).Status);
    }

    [Fact]
    public async Task Resources_come_with_the_stacks_targets_and_policies_that_they_need()
    {
        await FillAsync();

        var forma = (await _http.GetAsync("/api/v1/resources?query=label:b")).As(HttpJson.Default.Forma);

        Assert.Equal(["web"], forma.Stacks.Select(stack => stack.Label));
        Assert.Equal(["eu"], forma.Targets.Select(target => target.Label));
        Assert.Equal(["night"], forma.Policies.Select(policy => policy.GetProperty("Label").GetString()));
    }

    [Fact]
    public async Task Plugins_are_listed_by_what_they_are_and_nothing_installs_them()
    {
        Assert.Equal(1, await CountAsync(""));
        Assert.Equal(1, await CountAsync("scope=installed&q=fakea&type=resource"));
        Assert.Equal((0, 0, 0), (await CountAsync("q=azure"), await CountAsync("type=schema"), await CountAsync("category=database")));
        Assert.Equal(400, (await _http.GetAsync("/api/v1/plugins?scope=all")).Status);
        foreach (var answer in new[]
        {
            await _http.GetAsync("/api/v1/plugins?scope=available"), await _http.PostAsync("/api/v1/plugins/install"), await _http.PostAsync("/api/v1/plugins/uninstall"), await _http.PostAsync("/api/v1/plugins/update"),
        })
            Assert.Equal((503, ErrorCodes.NoPluginManager), (answer.Status, answer.ErrorCode));

        async Task<int> CountAsync(string query) => (await _http.GetAsync($"/api/v1/plugins?{query}")).Json.GetProperty("plugins").GetArrayLength();
    }

    /// <summary>Buckets a and b in the stack web, which has the policy night; c in db, which has one of its own.</summary>
    private async Task FillAsync()
    {
        var stacks = _plane.Get<StackStore>();
        await stacks.PutAsync(new Stack { Label = "web", Description = "front end", Id = Id(), Policies = [JsonDocument.Parse("""{"$ref":"policy://night"}""").RootElement] }, CancellationToken.None);
        await stacks.PutAsync(new Stack { Label = "db", Id = Id(), Policies = [JsonDocument.Parse("""{"Type":"auto-reconcile","Label":"db-auto-reconcile-12345678","IntervalSeconds":300}""").RootElement] }, CancellationToken.None);
        await _plane.Get<PolicyStore>().PutAsync(new Policy { Label = "night", Type = Policy.TimeToLive, TtlSeconds = 3600 }, CancellationToken.None);
        await _plane.Get<PolicyStore>().PutAsync(new Policy { Label = "unused", Type = Policy.TimeToLive, TtlSeconds = 60 }, CancellationToken.None);
        foreach (var region in new[] { "eu", "us" })
            await _plane.Get<TargetStore>().PutAsync(new Target { Label = region, Namespace = "FakeAWS", Config = JsonDocument.Parse($$"""{"Region":"{{region}}-1"}""").RootElement, Version = 1 }, CancellationToken.None);
        await PutAsync("web", "a", "us");
        await PutAsync("web", "b");
        await PutAsync("db", "c");
    }

    private Task PutAsync(string stack, string label, string target = "eu", bool managed = true) => _plane.Get<ResourceStore>().PutAsync(
        new Resource { Ksuid = Id(), Label = label, Type = "FakeAWS::S3::Bucket", Stack = stack, Target = target, NativeId = $"native-{label}", Managed = managed, Properties = JsonDocument.Parse("{}").RootElement },
        existing: null, "create", Id(), CancellationToken.None);

    private Task AddCommandAsync(string kind, string state, string source, string client) => _plane.Get<CommandStore>().AddAsync(
        new CommandRecord { CommandId = Id(), Kind = kind, Mode = "patch", State = state, Source = source, ClientId = client, StartedAt = DateTimeOffset.UtcNow, ModifiedAt = DateTimeOffset.UtcNow }, CancellationToken.None);

    private string Id() => _plane.Get<KsuidSource>().Next();

    private async Task<IReadOnlyList<string>> LabelsAsync(string query)
    {
        var answer = await _http.GetAsync($"/api/v1/resources?query={Uri.EscapeDataString(query)}");
        return answer.Status == 404 ? [] : [.. answer.As(HttpJson.Default.Forma).Resources.Select(resource => resource.Label).Order(StringComparer.Ordinal)];
    }
}
