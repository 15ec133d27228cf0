using Formae.Coordination.Bus;
using Formae.Coordination.Tests.Acceptance;
using Formae.Coordinator.Timers;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Cluster;

/// <summary>What is forgotten after a day: histories, and what the entities of resources remember of what succeeded.</summary>
public sealed class PurgeTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: s }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: good, Type: "FakeAWS::S3::Bucket", Stack: s, Target: eu, Properties: { BucketName: good } }
          - { Label: bad, Type: "FakeAWS::Versioned::Parent", Stack: s, Target: eu, Properties: { Name: bad } }
        """;

    private readonly ForwardClock _clock = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Time = _clock });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_day_later_the_entity_of_what_succeeded_remembers_nothing_and_the_resource_can_be_changed()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = "FakeAWS::Versioned::Parent", Code = "AccessDenied", Count = 1 });
        var command = await _plane.RunAsync(Document);
        Assert.Equal(States.Failed, command.State);
        var good = command.ResourceUpdates!.Single(update => update.ResourceLabel == "good").ResourceId;
        var bad = command.ResourceUpdates!.Single(update => update.ResourceLabel == "bad").ResourceId;

        await PurgeAsync(later: TimeSpan.FromHours(1));
        Assert.True(await RemembersAsync(good));

        await PurgeAsync(later: TimeSpan.FromDays(2));
        await ControlPlane.UntilAsync("the entity has forgotten", async () => !await RemembersAsync(good));

        // A success may still come to light of what failed: that is waited for.
        Assert.True(await RemembersAsync(bad));
        Assert.Null(await _plane.Client.GetInstanceAsync(command.CommandId, cancellation: CancellationToken.None));
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("BucketName: good", "BucketName: good, VersioningEnabled: true", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Histories_that_cannot_be_removed_keep_nothing_else_from_being_forgotten()
    {
        var good = (await _plane.RunAsync(Document)).ResourceUpdates!.Single(update => update.ResourceLabel == "good").ResourceId;

        await PurgeAsync(later: TimeSpan.FromDays(2), new Unpurgeable(_plane.Client));

        await ControlPlane.UntilAsync("the entity has forgotten", async () => !await RemembersAsync(good));
    }

    [Fact]
    public async Task When_no_success_can_come_to_light_any_more_what_failed_is_forgotten_too()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "AccessDenied", Count = 2 });
        var command = await _plane.RunAsync(Document);
        string[] all = [.. command.ResourceUpdates!.Select(update => update.ResourceId)];
        foreach (var ksuid in all)
            Assert.True(await RemembersAsync(ksuid));

        _clock.Forward(TimeSpan.FromDays(4));
        await PurgeAsync(later: TimeSpan.FromDays(4));

        foreach (var ksuid in all)
            await ControlPlane.UntilAsync("the entity has forgotten", async () => !await RemembersAsync(ksuid));
    }

    private async Task<bool> RemembersAsync(string ksuid) => await _plane.Client.Entities.GetEntityAsync(EntityNames.ResourceOf(ksuid), includeState: false, CancellationToken.None) is not null;

    private Task PurgeAsync(TimeSpan later, DurableTaskClient? client = null) =>
        new PurgeTimer(new FakeTimeProvider(DateTimeOffset.UtcNow + later), NullLogger<PurgeTimer>.Instance).Run(null!, client ?? _plane.Client, CancellationToken.None);

    private sealed class Unpurgeable(DurableTaskClient real) : DelegatingHub(real)
    {
        public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
            throw new TimeoutException("The task hub is away.");
    }
}
