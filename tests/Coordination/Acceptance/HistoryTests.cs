using Formae.Coordination.History;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What was written to resources and stacks, and by whom.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: web, Target: eu, Properties: { Name: first, Value: "0" } }
          - { Label: consumer, Type: "FakeAWS::Versioned::Consumer", Stack: web, Target: eu, Properties: { Name: c, ParentRef: { $res: true, $label: parent, $type: "FakeAWS::Versioned::Parent", $stack: web, $property: ParentId } } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    private HistoryQueries History => _plane.Get<HistoryQueries>();

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task The_versions_of_a_resource_say_who_wrote_what_newest_first_also_when_it_is_gone()
    {
        var created = await _plane.RunAsync(Document);
        var patched = await _plane.RunAsync(Document.Replace("\"0\"", "\"1\"", StringComparison.Ordinal), mode: ApplyMode.Patch);
        var ksuid = (await _plane.InventoryAsync()).Single(resource => resource.Label == "parent").Ksuid!;
        var destroyed = await _plane.RunAsync(Document, CommandKind.Destroy);

        var versions = (await History.OfResourceAsync(ksuid, null, 50, _cancellation))!.Versions;

        Assert.Equal(["delete", "update", "create"], versions.Select(version => version.Operation));
        Assert.Equal([destroyed.CommandId, patched.CommandId, created.CommandId], versions.Select(version => version.CommandId));
        Assert.Equal(["destroy patch user test", "apply patch user test", "apply reconcile user test"], versions.Select(version => $"{version.Kind} {version.Mode} {version.Source} {version.Client}"));
        Assert.All(versions, version => Assert.Equal(("web", "parent", "eu"), (version.Stack, version.Label, version.Target)));
        Assert.Equal([null, "1", "0"], versions.Select(version => version.Properties?.GetProperty("Value").GetString()));
        Assert.NotNull(versions[0].NativeId);
    }

    [Fact]
    public async Task Versions_come_in_pages()
    {
        for (var value = 0; value < 5; value++)
            ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("\"0\"", $"\"{value}\"", StringComparison.Ordinal)));
        var ksuid = (await _plane.InventoryAsync()).Single(resource => resource.Label == "parent").Ksuid!;

        var values = new List<string?>();
        string? next = null;
        do
        {
            var page = (await History.OfResourceAsync(ksuid, next, 2, _cancellation))!;
            values.AddRange(page.Versions.Select(version => version.Properties!.Value.GetProperty("Value").GetString()));
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(["4", "3", "2", "1", "0"], values);
        Assert.Null(await History.OfResourceAsync(_plane.Get<KsuidSource>().Next(), null, 2, _cancellation));
    }

    [Fact]
    public async Task A_reference_is_shown_by_label_when_its_producer_is_gone_too()
    {
        await _plane.RunAsync(Document);
        var ksuid = (await _plane.InventoryAsync()).Single(resource => resource.Label == "consumer").Ksuid!;
        await _plane.RunAsync(Document, CommandKind.Destroy);

        var version = (await History.OfResourceAsync(ksuid, null, 50, _cancellation))!.Versions[^1];

        Assert.Equal("parent", version.Properties!.Value.GetProperty("ParentRef").GetProperty("$label").GetString());
    }

    [Fact]
    public async Task The_history_of_a_stack_counts_what_each_command_did()
    {
        var created = await _plane.RunAsync(Document);
        var updated = await _plane.RunAsync(Document.Replace("\"0\"", "\"1\"", StringComparison.Ordinal));
        var destroyed = await _plane.RunAsync(Document, CommandKind.Destroy);

        var history = (await History.OfStackAsync("web", null, null, 50, _cancellation))!;

        Assert.Equal([destroyed.CommandId, updated.CommandId, created.CommandId], history.Changes.Select(change => change.CommandId));
        Assert.Equal(["0/0/0/2", "0/1/0/0", "2/0/0/0"], history.Changes.Select(Counts));
        Assert.All(history.Changes, change => Assert.Null(change.Resources));
        var first = (await History.OfStackAsync("web", null, null, 1, _cancellation))!;
        Assert.Equal(updated.CommandId, (await History.OfStackAsync("web", null, first.Next, 1, _cancellation))!.Changes[0].CommandId);
        Assert.Null(await History.OfStackAsync("never", null, null, 1, _cancellation));
    }

    [Fact]
    public async Task A_deleted_resource_is_found_by_its_label_in_the_history_of_its_stack()
    {
        await _plane.RunAsync(Document);
        var ksuid = (await _plane.InventoryAsync()).Single(resource => resource.Label == "parent").Ksuid!;
        await _plane.RunAsync(Document, CommandKind.Destroy);

        var history = (await History.OfStackAsync("web", "parent", null, 50, _cancellation))!;

        Assert.Equal(["delete", "create"], history.Changes.Select(change => Assert.Single(change.Resources!).Operation));
        Assert.All(history.Changes, change => Assert.Equal(ksuid, change.Resources![0].Ksuid));
    }

    [Fact]
    public async Task A_replaced_resource_counts_once()
    {
        await _plane.RunAsync(Document);
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Name: first", "Name: second", StringComparison.Ordinal)));

        Assert.Equal(1, (await History.OfStackAsync("web", null, null, 1, _cancellation))!.Changes[0].Replaced);
    }

    private static string Counts(StackChange change) => $"{change.Created}/{change.Updated}/{change.Replaced}/{change.Deleted}";
}
