using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>The routes of history, rollback, drift and what timers do, as a client meets them.</summary>
public sealed class HistoryHttpTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: web, Target: eu, Properties: { Name: first, Value: "0" } }
        """;

    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _http = new HttpCaller(_plane);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task Versions_come_in_pages_and_a_rollback_brings_one_back()
    {
        var first = await _plane.RunAsync(Document);
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("\"0\"", "\"1\"", StringComparison.Ordinal)));
        var ksuid = (await _plane.InventoryAsync())[0].Ksuid;

        var page = await _http.GetAsync($"/api/v1/resources/by-ksuid/{ksuid}/versions?max_results=1");
        var next = page.As(HttpJson.Default.ResourceHistory).Next;
        Assert.Equal((200, page.Next), (page.Status, next));
        var second = await _http.GetAsync($"/api/v1/resources/by-ksuid/{ksuid}/versions?max_results=1&continuation={next}");
        Assert.Equal("create", Assert.Single(second.As(HttpJson.Default.ResourceHistory).Versions).Operation);
        Assert.Null(second.Next);
        Assert.Equal(400, (await _http.GetAsync("/api/v1/resources/by-ksuid/short/versions")).Status);
        Assert.Equal(400, (await _http.GetAsync($"/api/v1/resources/by-ksuid/{ksuid}/versions?continuation=made-up")).Status);
        Assert.Equal(404, (await _http.GetAsync("/api/v1/resources/by-ksuid/2aaaaaaaaaaaaaaaaaaaaaaaaa1/versions")).Status);

        var rollback = await _http.PostAsync("/api/v1/commands", ("command", "rollback"), ("stack", "web"), ("to", first.CommandId));
        Assert.Equal(202, rollback.Status);
        var command = await _plane.EndOfAsync(rollback.As(HttpJson.Default.SubmitCommandResponse).CommandId);
        ControlPlane.Succeeded(command);
        Assert.Equal("rollback", (await _http.GetAsync($"/api/v1/commands/{command.CommandId}/status")).As(HttpJson.Default.CommandList).Commands[0].Kind);
        var stack = (await _http.GetAsync("/api/v1/stacks/web/history")).As(HttpJson.Default.StackHistory);
        Assert.Equal(["rollback", "apply", "apply"], stack.Changes.Select(change => change.Kind));
    }

    [Fact]
    public async Task A_rollback_says_what_it_lacks()
    {
        foreach (var (fields, status) in new ((string, string)[], int)[]
        {
            ([("command", "rollback")], 400),
            ([("command", "rollback"), ("stack", "web")], 400),
            ([("command", "rollback"), ("stack", "web"), ("to", "soon")], 400),
            ([("command", "rollback"), ("stack", "web"), ("to", "1h")], 404),
            ([("command", "rollback"), ("stack", "web"), ("to", "1h"), ("simulate", "maybe")], 400),
            ([("command", "rollback"), ("stack", "web"), ("to", "1h"), ("file", Document)], 400),
        })
        {
            Assert.Equal(status, (await _http.PostAsync("/api/v1/commands", fields)).Status);
        }
    }

    [Fact]
    public async Task The_rest_answers_too()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));

        Assert.Equal(404, (await _http.GetAsync("/api/v1/admin/synchronize")).Status);
        Assert.Equal(States.InProgress, (await _http.PostAsync("/api/v1/admin/synchronize")).As(HttpJson.Default.SynchronizationProgress).State);
        await _plane.EndOfSynchronizationAsync();
        Assert.Equal(States.Success, (await _http.GetAsync("/api/v1/admin/synchronize")).As(HttpJson.Default.SynchronizationProgress).State);
        foreach (var route in new[] { "drift", "changes-since-last-reconcile" })
            Assert.Equal("""{"ModifiedResources":[]}""", (await _http.GetAsync($"/api/v1/stacks/web/{route}")).Text);
        Assert.Equal(404, (await _http.GetAsync("/api/v1/stacks/never/drift")).Status);
        Assert.Equal("""{"expired_stacks":[]}""", (await _http.PostAsync("/api/v1/admin/check-ttl")).Text);
        var refused = await _http.PostAsync("/api/v1/stacks/web/reconcile");
        Assert.Equal((403, ErrorCodes.ReconcilePolicyRequired), (refused.Status, refused.ErrorCode));
        Assert.Equal(404, (await _http.GetAsync("/api/v1/stacks/never/history")).Status);
    }
}
