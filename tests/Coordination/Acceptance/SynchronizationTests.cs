using System.Text.Json;
using Formae.Coordination.History;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A synchronisation sees what others did, and writes nothing else.</summary>
public sealed class SynchronizationTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
          - { Label: password, Type: "FakeAWS::SecretsManager::Secret", Stack: web, Target: eu, Properties: { Name: db, SecretString: a-planted-secret-5120 } }
          - { Label: web-1, Type: "FakeAWS::EC2::Instance", Stack: web, Target: eu, Properties: { ImageId: ami-1, UserData: start, VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: web, $property: VpcId } } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F056_what_was_changed_outside_is_seen_refuses_a_reconcile_and_is_overwritten_by_force()
    {
        var vpc = await FindAsync("vpc");
        Outside.Change(_plane, vpc.NativeId, "dev", "oob");

        await _plane.SynchronizeAsync();

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document));
        Assert.Equal(ErrorCodes.ReconcileRejected, refused.Error.Error);
        var forced = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document, force: true));
        ControlPlane.Succeeded(await _plane.EndOfAsync(forced.Response.CommandId));
        Assert.Contains("dev", Outside.PropertiesOf(_plane, vpc.NativeId).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task F060_the_drift_of_a_stack_is_what_a_reconcile_is_refused_with()
    {
        Assert.Empty((await DriftAsync()).ModifiedResources);
        Outside.Change(_plane, (await FindAsync("vpc")).NativeId, "dev", "oob");
        Outside.Delete(_plane, (await FindAsync("password")).NativeId);

        await _plane.SynchronizeAsync();

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document));
        var told = refused.Error.Data!.Value.GetProperty("ModifiedStacks").GetProperty("web");
        var drift = JsonSerializer.SerializeToElement(await DriftAsync(), HttpJson.Readable.StackDrift);
        Assert.Equal(2, drift.GetProperty("ModifiedResources").GetArrayLength());
        Assert.True(JsonElement.DeepEquals(told, drift), $"{told}\n{drift}");
        Assert.Null(await _plane.Get<StackDriftQuery>().OfStackAsync("never", _cancellation));
    }

    [Fact]
    public async Task F137_a_property_that_others_set_is_one_new_version_and_one_stored_update()
    {
        var before = await FindAsync("vpc");
        Outside.Change(_plane, before.NativeId, "dev", "oob");

        var first = await _plane.SynchronizeAsync();
        var second = await _plane.SynchronizeAsync();

        Assert.Equal((3, 3, 1, 0, 0), (first.Total, first.Done, first.Changed, first.Gone, first.Failed));
        Assert.Equal(0, second.Changed);
        var versions = await VersionsAsync(before.Ksuid!);
        Assert.Equal([first.CommandId, "create"], [versions[0].CommandId, versions[1].Operation]);
        Assert.Equal(2, versions.Count);
        Assert.Equal(("sync", "sync", "update"), (versions[0].Source, versions[0].Kind, versions[0].Operation));
        Assert.Equal("vpc", Assert.Single(await _plane.Get<UpdateStore>().ListAsync(first.CommandId, _cancellation)).Plan.Resource.Label);
        Assert.Null(await _plane.Get<CommandQueries>().FindAsync(first.CommandId, _cancellation));
        Assert.Equal("oob", (await FindAsync("vpc")).Properties!.Value.GetProperty("Tags")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task F138_a_synchronisation_that_finds_nothing_leaves_no_command_behind()
    {
        var sync = await _plane.SynchronizeAsync();

        Assert.Equal((3, 3, 0, 0, 0, 0), (sync.Total, sync.Done, sync.Changed, sync.Gone, sync.Skipped, sync.Failed));
        Assert.Null(await _plane.Get<CommandStore>().FindAsync(sync.CommandId, _cancellation));
        Assert.Empty(await _plane.Get<UpdateStore>().ListAsync(sync.CommandId, _cancellation));
        foreach (var resource in await _plane.InventoryAsync())
            Assert.Single(await VersionsAsync(resource.Ksuid!));
    }

    [Fact]
    public async Task F139_what_nobody_can_set_is_written_in_place_and_is_no_drift()
    {
        var stored = await StoredAsync("vpc");
        var outdated = stored with { ReadOnlyProperties = JsonElement.Parse("""{"State":"pending"}""") };
        await _plane.Get<ResourceStore>().RefreshAsync(outdated, _cancellation);
        Assert.Equal("pending", (await FindAsync("vpc")).ReadOnlyProperties!.Value.GetProperty("State").GetString());

        var sync = await _plane.SynchronizeAsync();

        Assert.Equal(0, sync.Changed);
        Assert.Equal("available", (await FindAsync("vpc")).ReadOnlyProperties!.Value.GetProperty("State").GetString());
        Assert.Equal(stored.Version, (await StoredAsync("vpc")).Version);
        Assert.Single(await VersionsAsync(stored.Ksuid!));
        Assert.Empty((await DriftAsync()).ModifiedResources);
    }

    [Fact]
    public async Task F140_what_others_deleted_is_gone_and_made_again_by_the_next_reconcile()
    {
        var before = await FindAsync("web-1");
        Outside.Delete(_plane, before.NativeId);

        var sync = await _plane.SynchronizeAsync();

        Assert.Equal(1, sync.Gone);
        Assert.DoesNotContain(await _plane.InventoryAsync(), resource => resource.Label == "web-1");
        Assert.Equal(["delete", "create"], (await VersionsAsync(before.Ksuid!)).Select(version => version.Operation));
        var forced = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document, force: true));
        ControlPlane.Succeeded(await _plane.EndOfAsync(forced.Response.CommandId));
        Assert.True(Outside.Has(_plane, (await FindAsync("web-1")).NativeId));
    }

    [Fact]
    public async Task F141_a_stack_that_a_command_works_on_is_left_alone()
    {
        Outside.Change(_plane, (await FindAsync("vpc")).NativeId, "dev", "oob");
        _plane.Cloud.CloseGate();
        var running = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document.Replace("Name: db,", "Name: db, Description: new,", StringComparison.Ordinal)));

        var sync = await _plane.SynchronizeAsync();

        Assert.Equal((3, 0), (sync.Skipped, sync.Changed));
        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(running.Response.CommandId));
    }

    [Fact]
    public async Task F142_a_read_of_a_version_that_is_not_the_live_one_any_more_changes_nothing()
    {
        var synchronization = _plane.Get<ResourceSynchronization>();
        var stored = await StoredAsync("vpc");
        var look = new LookAtResource { CommandId = _plane.Get<KsuidSource>().Next(), Row = UpdateRecord.RowOf(0, 0), Announce = "nobody", Version = stored.Version };
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: dev", "Value: prod", StringComparison.Ordinal)));

        var gone = Report(stored) with { Status = OperationStatus.Failure, Problem = new Problem { Code = ProblemCodes.NotFound, Message = "gone" } };
        Assert.Equal(Seen.Skipped, await synchronization.StoreAsync(look, gone, _cancellation));
        Assert.Equal(Seen.Skipped, await synchronization.StoreAsync(look, Report(stored) with { Properties = JsonElement.Parse("""{"CidrBlock":"10.9.0.0/16"}""") }, _cancellation));

        Assert.Equal("prod", (await FindAsync("vpc")).Properties!.Value.GetProperty("Tags")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task F143_a_synchronisation_never_renames()
    {
        var before = await FindAsync("vpc");
        Outside.Change(_plane, before.NativeId, "dev", "another-name");

        await _plane.SynchronizeAsync();

        var after = await FindAsync("vpc");
        Assert.Equal((before.Ksuid, before.Stack, before.Label, true), (after.Ksuid, after.Stack, after.Label, after.Managed));
    }

    [Fact]
    public async Task F144_a_read_without_a_field_that_must_be_there_is_not_kept()
    {
        var stored = await StoredAsync("vpc");
        var look = new LookAtResource { CommandId = _plane.Get<KsuidSource>().Next(), Row = UpdateRecord.RowOf(0, 0), Announce = "nobody", Version = stored.Version };

        var seen = await _plane.Get<ResourceSynchronization>().StoreAsync(look, Report(stored) with { Properties = JsonElement.Parse("""{"Tags":[]}""") }, _cancellation);

        Assert.Equal(Seen.Failed, seen);
        Assert.Equal(stored.Version, (await StoredAsync("vpc")).Version);
    }

    [Fact]
    public async Task F021_a_secret_is_drift_only_when_others_changed_it()
    {
        Assert.Equal(0, (await _plane.SynchronizeAsync()).Changed);
        Outside.Change(_plane, (await FindAsync("password")).NativeId, "a-planted-secret-5120", "another-secret-7733");

        Assert.Equal(1, (await _plane.SynchronizeAsync()).Changed);

        Assert.Equal("password", Assert.Single((await DriftAsync()).ModifiedResources).Label);
        var stored = await _plane.StoredTextAsync();
        Assert.DoesNotContain("another-secret-7733", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("a-planted-secret-5120", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F146_a_synchronisation_that_is_asked_for_while_one_runs_is_that_one()
    {
        _plane.Cloud.CloseGate();
        var first = await _plane.StartSynchronizationAsync();
        var second = await _plane.StartSynchronizationAsync();

        Assert.Equal((first.CommandId, States.InProgress), (second.CommandId, second.State));
        _plane.Cloud.OpenGate();
        Assert.Equal(first.CommandId, (await _plane.EndOfSynchronizationAsync()).CommandId);
        Assert.NotEqual(first.CommandId, (await _plane.SynchronizeAsync()).CommandId);
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_reached_takes_nothing_away()
    {
        _plane.Cloud.Inject(new Formae.Plugins.FakeAws.Injection { Operation = OperationVerb.Read, Code = "NetworkFailure", Count = 0 });

        var sync = await _plane.SynchronizeAsync();

        Assert.Equal((3, 0, 0), (sync.Failed, sync.Gone, sync.Changed));
        Assert.Equal(3, (await _plane.InventoryAsync()).Count);
    }

    [Fact]
    public async Task Pages_follow_one_another_until_all_is_seen()
    {
        await using var plane = await ControlPlane.StartAsync(("Formae:Synchronization:PageSize", "2"));
        ControlPlane.Succeeded(await plane.RunAsync(Document));
        Outside.Change(plane, (await plane.InventoryAsync()).Single(resource => resource.Label == "vpc").NativeId, "dev", "oob");

        var sync = await plane.SynchronizeAsync();

        Assert.Equal((3, 3, 1), (sync.Total, sync.Done, sync.Changed));
    }

    private static OperationReport Report(Resource resource) => new()
    {
        OperationId = "x/y/look",
        Verb = OperationVerb.Read,
        Ksuid = resource.Ksuid!,
        Status = OperationStatus.Success,
        NativeId = resource.NativeId,
    };

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private async Task<Resource> StoredAsync(string label) => (await _plane.Get<ResourceStore>().ReadStackAsync("web", _cancellation)).Single(resource => resource.Label == label);

    private async Task<IReadOnlyList<HistoricVersion>> VersionsAsync(string ksuid) => (await _plane.Get<HistoryQueries>().OfResourceAsync(ksuid, null, 50, _cancellation))!.Versions;

    private async Task<StackDrift> DriftAsync() => (await _plane.Get<StackDriftQuery>().OfStackAsync("web", _cancellation))!;
}
