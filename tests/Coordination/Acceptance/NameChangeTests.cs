using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Reports;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A resource gets another name, another stack or a first one, and stays the same object.</summary>
public sealed class NameChangeTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    private ResourceStore Resources => _plane.Get<ResourceStore>();

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F061_an_alias_renames_and_the_cloud_is_read_and_not_written()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var before = Assert.Single(await _plane.InventoryAsync());

        var command = await _plane.RunAsync(Document.Replace("Label: logs,", "Label: archive, Alias: logs,", StringComparison.Ordinal));

        ControlPlane.Succeeded(command);
        var update = Assert.Single(command.ResourceUpdates!);
        Assert.Equal(("update", "archive", "logs"), (update.Operation, update.ResourceLabel, update.OldLabel));
        Assert.Equal("Renamed from 'logs'; the resource itself was not changed.", update.StateMessage);
        Assert.Equal([OperationVerb.Create, OperationVerb.Read], _plane.Calls.Select(call => call.Operation));
        var after = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal(("archive", before.Ksuid, before.NativeId), (after.Label, after.Ksuid, after.NativeId));
        Assert.Equal("archive", (await Resources.FindAsync(before.Ksuid!, _cancellation))!.Value.Resource.Label);
        Assert.Null(await Resources.FindAsync(before.Key, _cancellation));
        Assert.Equal("archive", Assert.Single(await Resources.ReadTargetAsync("eu", _cancellation)).Label);
    }

    [Fact]
    public async Task F061_a_rename_of_what_was_changed_in_the_cloud_is_rejected_as_any_update_is()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var stored = Assert.Single(await _plane.InventoryAsync());
        await _plane.Plugin.ExecuteAsync(Requests.Update(stored.Type, stored.NativeId!, """{"BucketName":"logs","VersioningEnabled":true}"""), _cancellation);

        var command = await _plane.RunAsync(Document.Replace("Label: logs,", "Label: archive, Alias: logs,", StringComparison.Ordinal));

        Assert.Equal(States.Rejected, Assert.Single(command.ResourceUpdates!).State);
        Assert.Equal("logs", Assert.Single(await _plane.InventoryAsync()).Label);
    }

    [Fact]
    public async Task F064_an_unmanaged_resource_that_is_declared_is_adopted_and_not_created()
    {
        const string Type = "FakeAWS::S3::Bucket";
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var report = await _plane.Plugin.ExecuteAsync(Requests.Create(Type, """{"BucketName":"found"}"""), _cancellation);
        var schema = _plane.Get<PluginCatalog>().SchemaOf(Type);
        var (properties, readOnly) = StoredState.Merge(null, report.Properties, schema);
        var found = new Resource
        {
            Ksuid = _plane.Get<KsuidSource>().Next(),
            Type = Type,
            Label = "found",
            Stack = Stack.Unmanaged,
            Target = "eu",
            NativeId = report.NativeId,
            Properties = properties,
            ReadOnlyProperties = readOnly,
            Schema = schema,
        };
        await Resources.PutAsync(found, null, "create", "discovery", _cancellation);
        var calls = _plane.Calls.Count;

        var command = await _plane.RunAsync(Document + """

              - { Label: found, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: found } }
            """);

        ControlPlane.Succeeded(command);
        var update = Assert.Single(command.ResourceUpdates!);
        Assert.Equal(("update", "found", Stack.Unmanaged), (update.Operation, update.ResourceLabel, update.OldStackName));
        Assert.Equal("Adopted into the stack 'web'; the resource itself was not changed.", update.StateMessage);
        Assert.Equal([OperationVerb.Read], _plane.Calls.Skip(calls).Select(call => call.Operation));
        var adopted = (await _plane.InventoryAsync()).Single(resource => resource.Label == "found");
        Assert.Equal((found.Ksuid, found.NativeId, "web", true), (adopted.Ksuid, adopted.NativeId, adopted.Stack, adopted.Managed));
        Assert.Empty(await Resources.ReadStackAsync(Stack.Unmanaged, _cancellation));
    }
}
