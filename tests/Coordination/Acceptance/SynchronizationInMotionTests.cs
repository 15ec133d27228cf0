using Formae.Coordination.History;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A synchronisation among commands, restarts and targets that are made from resources.</summary>
public sealed class SynchronizationInMotionTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
          - { Label: password, Type: "FakeAWS::SecretsManager::Secret", Stack: web, Target: eu, Properties: { Name: db, SecretString: a-planted-secret-5120 } }
          - { Label: web-1, Type: "FakeAWS::EC2::Instance", Stack: web, Target: eu, Properties: { ImageId: ami-1, UserData: start, VpcId: { $res: true, $label: vpc, $type: "FakeAWS::EC2::VPC", $stack: web, $property: VpcId } } }
        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F141_a_read_that_comes_back_while_a_command_works_on_the_resource_is_dropped()
    {
        _plane.Cloud.CloseGate();
        await _plane.StartSynchronizationAsync();
        await UntilReadAsync(3);
        var running = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document.Replace("Value: dev", "Value: prod", StringComparison.Ordinal)));
        await UntilReadAsync(4);

        _plane.Cloud.OpenGate();

        var sync = await _plane.EndOfSynchronizationAsync();
        ControlPlane.Succeeded(await _plane.EndOfAsync(running.Response.CommandId));
        Assert.Equal((3, 1, 0), (sync.Done, sync.Skipped, sync.Changed));
        Assert.Equal([running.Response.CommandId], (await VersionsAsync((await FindAsync("vpc")).Ksuid!)).SkipLast(1).Select(version => version.CommandId));
    }

    [Fact]
    public async Task A_synchronisation_goes_on_where_it_was_after_a_restart()
    {
        Outside.Change(_plane, (await FindAsync("vpc")).NativeId, "dev", "oob");
        _plane.Cloud.CloseGate();
        var sync = await _plane.StartSynchronizationAsync();
        await UntilReadAsync(3);

        await _plane.RestartAsync();
        _plane.Cloud.OpenGate();

        var ended = await _plane.EndOfSynchronizationAsync();
        Assert.Equal((sync.CommandId, States.Success, 3, 1), (ended.CommandId, ended.State, ended.Done, ended.Changed));
    }

    [Fact]
    public async Task What_is_on_a_target_made_from_a_resource_is_seen_too()
    {
        ControlPlane.Succeeded(await _plane.RunAsync("""
            Stacks: [{ Label: made }]
            Targets:
              - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
              - { Label: nested, Namespace: FakeAWS, Config: { Region: { $res: true, $label: place, $type: "FakeAWS::S3::Bucket", $stack: made, $property: Region } } }
            Resources:
              - { Label: place, Type: "FakeAWS::S3::Bucket", Stack: made, Target: eu, Properties: { BucketName: place } }
              - { Label: inside, Type: "FakeAWS::S3::Bucket", Stack: made, Target: nested, Properties: { BucketName: inside, Tags: [{ Key: env, Value: dev }] } }
            """));
        Outside.Change(_plane, (await FindAsync("inside")).NativeId, "dev", "oob");

        var sync = await _plane.SynchronizeAsync();

        Assert.Equal((5, 1, 0), (sync.Done, sync.Changed, sync.Failed));
    }

    /// <summary>Until the plugin was asked this often to read.</summary>
    private async Task UntilReadAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Outside.Reads(_plane) < count)
            await Task.Delay(10, patience.Token);
    }

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private async Task<IReadOnlyList<HistoricVersion>> VersionsAsync(string ksuid) =>
        (await _plane.Get<HistoryQueries>().OfResourceAsync(ksuid, null, 50, TestContext.Current.CancellationToken))!.Versions;
}
