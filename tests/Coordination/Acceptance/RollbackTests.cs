using System.Globalization;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A stack goes back to where it was.</summary>
public sealed class RollbackTests : IAsyncLifetime
{
    private const string Head = """
        Stacks: [{ Label: web, Description: first }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:

        """;

    private const string Parent = """
          - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: web, Target: eu, Properties: { Name: first, Value: "0" } }

        """;

    private const string Consumer = """
          - { Label: consumer, Type: "FakeAWS::Versioned::Consumer", Stack: web, Target: eu, Properties: { Name: c, ParentRef: { $res: true, $label: parent, $type: "FakeAWS::Versioned::Parent", $stack: web, $property: ParentId } } }

        """;

    private const string Later = """
          - { Label: later, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: later } }

        """;

    private const string Secret = """
          - { Label: password, Type: "FakeAWS::SecretsManager::Secret", Stack: web, Target: eu, Properties: { Name: db, SecretString: one } }

        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_rollback_to_a_command_makes_again_what_was_deleted_deletes_what_came_and_puts_back_the_rest()
    {
        var good = await RunAsync(Head + Parent + Consumer);
        var before = await FindAsync("parent");
        await RunAsync(Head.Replace("first", "second", StringComparison.Ordinal) + Parent.Replace("\"0\"", "\"1\"", StringComparison.Ordinal) + Later);

        var simulated = Assert.IsType<IntakeOutcome.Answered>(await _plane.RollBackAsync("web", good.CommandId, simulate: true)).Response.Simulation;
        Assert.Equal(["create consumer", "delete later", "update parent"], Operations(simulated.Command));
        Assert.Equal(("rollback", "reconcile"), (simulated.Command.Kind, simulated.Command.Mode));
        Assert.DoesNotContain(await _plane.InventoryAsync(), resource => resource.Label == "consumer");

        var command = await RollBackAsync(good.CommandId);

        Assert.Equal("rollback", command.Kind);
        Assert.Equal(["consumer", "parent"], (await _plane.InventoryAsync()).Select(resource => resource.Label).Order());
        var after = await FindAsync("parent");
        Assert.Equal((before.Ksuid, before.NativeId, "0"), (after.Ksuid, after.NativeId, after.Properties!.Value.GetProperty("Value").GetString()));
        Assert.Equal(after.NativeId, (await FindAsync("consumer")).Properties!.Value.GetProperty("ParentRef").GetProperty("$value").GetString());
        Assert.Equal("first", (await _plane.Get<StackStore>().FindAsync("web", _cancellation))!.Description);

        // It is the reconciled state now: the same document changes nothing, and is not refused.
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Head + Parent + Consumer)).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task A_rollback_to_where_the_stack_is_has_nothing_to_do()
    {
        var command = await RunAsync(Head + Parent + Consumer + Secret);

        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.RollBackAsync("web", command.CommandId)).Response.Simulation.ChangesRequired);
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.RollBackAsync("web", "0s")).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task A_rollback_to_a_time_takes_what_was_written_until_then()
    {
        await RunAsync(Head + Parent);
        var version = (await StoredAsync("parent")).Version!;
        var at = Ksuid.TimeOf(version);
        await WriteAsync("parent", "1", at + TimeSpan.FromSeconds(60));

        var simulated = Assert.IsType<IntakeOutcome.Answered>(await _plane.RollBackAsync("web", Text(at + TimeSpan.FromSeconds(30)), simulate: true)).Response.Simulation;

        Assert.Equal(["update parent"], Operations(simulated.Command));
        Assert.Contains("\"0\"", simulated.Command.ResourceUpdates![0].PatchDocument!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stack_that_is_gone_comes_back_with_its_target()
    {
        var good = await RunAsync(Head + Parent + Consumer);
        await RunAsync(Head + Parent + Consumer, CommandKind.Destroy);
        ControlPlane.Succeeded(await _plane.RunAsync("Targets: [{ Label: eu, Namespace: FakeAWS }]", CommandKind.Destroy));
        Assert.Empty(await _plane.Get<TargetStore>().ListAsync(_cancellation));

        var command = await RollBackAsync(good.CommandId);

        Assert.Equal(["create consumer", "create parent"], Operations(command));
        Assert.Equal("first", (await _plane.Get<StackStore>().FindAsync("web", _cancellation))!.Description);
        Assert.Equal("eu-1", Assert.Single(await _plane.Get<TargetStore>().ListAsync(_cancellation)).Config!.Value.GetProperty("Region").GetString());
    }

    [Fact]
    public async Task A_rename_is_undone_and_keeps_the_object()
    {
        var good = await RunAsync(Head + Parent);
        var before = await FindAsync("parent");
        await RunAsync(Head + Parent.Replace("Label: parent,", "Label: renamed, Alias: parent,", StringComparison.Ordinal));

        await RollBackAsync(good.CommandId);

        Assert.Equal((before.Ksuid, before.NativeId), ((await FindAsync("parent")).Ksuid, (await FindAsync("parent")).NativeId));
    }

    [Fact]
    public async Task A_collection_that_was_set_since_is_emptied_and_what_cannot_be_unset_is_said()
    {
        var bucket = """  - { Label: generic, Type: "FakeAWS::Generic::Resource", Stack: web, Target: eu, Properties: { Name: g } }""" + "\n";
        var good = await RunAsync(Head + bucket);
        await RunAsync(Head + bucket.Replace("Name: g", "Name: g, Value: v, SetTags: [a], OrderedItems: [x, y]", StringComparison.Ordinal));

        var simulated = Assert.IsType<IntakeOutcome.Answered>(await _plane.RollBackAsync("web", good.CommandId, simulate: true)).Response.Simulation;
        Assert.Contains("'Value' had no value then", Assert.Single(simulated.Warnings!), StringComparison.Ordinal);
        await RollBackAsync(good.CommandId);

        var properties = Outside.PropertiesOf(_plane, (await FindAsync("generic")).NativeId);
        Assert.True(!properties.TryGetProperty("SetTags", out var tags) || tags.GetArrayLength() == 0);
        Assert.True(!properties.TryGetProperty("OrderedItems", out var items) || items.GetArrayLength() == 0);
        Assert.Equal("v", properties.GetProperty("Value").GetString());
    }

    [Fact]
    public async Task A_secret_that_changed_since_cannot_come_back_and_one_that_did_not_stays()
    {
        var good = await RunAsync(Head + Parent + Secret);
        await RunAsync(Head + Parent.Replace("\"0\"", "\"1\"", StringComparison.Ordinal) + Secret);
        await RollBackAsync(good.CommandId);
        await RunAsync(Head + Parent + Secret.Replace("SecretString: one", "SecretString: two", StringComparison.Ordinal));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.RollBackAsync("web", good.CommandId));

        var diagnostic = Assert.Single(refused.Error.Diagnostics!);
        Assert.Equal(DiagnosticCodes.SecretNotKnown, diagnostic.Code);
        Assert.Contains("SecretString", $"{diagnostic.Summary} {diagnostic.Path}", StringComparison.Ordinal);
        Assert.Contains("password", diagnostic.Summary, StringComparison.Ordinal);
        Assert.Equal("two", Outside.PropertiesOf(_plane, (await FindAsync("password")).NativeId).GetProperty("SecretString").GetString());
    }

    [Fact]
    public async Task What_is_referred_to_and_is_gone_for_good_is_named()
    {
        var elsewhere = """
            Stacks: [{ Label: base }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: parent, Type: "FakeAWS::Versioned::Parent", Stack: base, Target: eu, Properties: { Name: first } }
            """;
        await RunAsync(elsewhere);
        var consumer = Consumer.Replace("$stack: web", "$stack: base", StringComparison.Ordinal);
        var good = await RunAsync(Head + Later + consumer);
        await RunAsync(Head + Later);
        await RunAsync(elsewhere, CommandKind.Destroy);

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.RollBackAsync("web", good.CommandId));

        Assert.Equal(ErrorCodes.ReferencedResourcesNotFound, refused.Error.Error);
        Assert.Equal("parent", refused.Error.Data!.Value.GetProperty("MissingResources")[0].GetProperty("Label").GetString());
    }

    [Fact]
    public async Task A_point_that_is_not_known_is_refused_with_the_reason()
    {
        var good = await RunAsync(Head + Parent);
        var other = await RunAsync("""
            Stacks: [{ Label: other }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources: [{ Label: b, Type: "FakeAWS::S3::Bucket", Stack: other, Target: eu, Properties: { BucketName: b } }]
            """);

        await RefusedAsync("never", good.CommandId, 404, ErrorCodes.NoSuchPointInTime, "there never was");
        await RefusedAsync("web", _plane.Get<KsuidSource>().Next(), 404, ErrorCodes.NoSuchPointInTime, "There is no command");
        await RefusedAsync("web", other.CommandId, 404, ErrorCodes.NoSuchPointInTime, "did not touch");
        await RefusedAsync("web", "2020-01-01T00:00:00Z", 404, ErrorCodes.NoSuchPointInTime, "history begins at");
        await RefusedAsync("web", "30d", 404, ErrorCodes.NoSuchPointInTime, "history begins at");
        await RefusedAsync("web", "yesterday", 400, ErrorCodes.InvalidRequest, "2h");
    }

    private async Task RefusedAsync(string stack, string to, int status, string code, string reason)
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.RollBackAsync(stack, to));
        Assert.Equal((status, code), (refused.Status, refused.Error.Error));
        Assert.Contains(reason, refused.Error.Message, StringComparison.Ordinal);
    }

    private async Task<Command> RunAsync(string document, CommandKind kind = CommandKind.Apply)
    {
        var command = await _plane.RunAsync(document, kind);
        ControlPlane.Succeeded(command);
        return command;
    }

    private async Task<Command> RollBackAsync(string to)
    {
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.RollBackAsync("web", to));
        var command = await _plane.EndOfAsync(accepted.Response.CommandId);
        ControlPlane.Succeeded(command);
        return command;
    }

    /// <summary>A version of another time.</summary>
    private async Task WriteAsync(string label, string value, DateTimeOffset at)
    {
        var before = await StoredAsync(label);
        var ksuids = new KsuidSource(new Formae.Sdk.Testing.FakeTimeProvider(at));
        var store = new ResourceStore(_plane.Get<FormaeTables>(), _plane.Get<Formae.Coordination.Catalog.PluginCatalog>(), ksuids);
        var changed = before with { Properties = System.Text.Json.JsonElement.Parse(before.Properties!.Value.GetRawText().Replace("\"0\"", $"\"{value}\"", StringComparison.Ordinal)) };
        await store.PutAsync(changed, before, "update", ksuids.Next(), _cancellation);
    }

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private async Task<Resource> StoredAsync(string label) => (await _plane.Get<ResourceStore>().ReadStackAsync("web", _cancellation)).Single(resource => resource.Label == label);

    private static IEnumerable<string> Operations(Command command) => command.ResourceUpdates!.Select(update => $"{update.Operation} {update.ResourceLabel}").Order();

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
