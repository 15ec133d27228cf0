using System.Text.Json;
using Azure;
using Formae.Coordination.Storage;
using Formae.Coordination.Synchronization;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What a synchronisation writes is written again where the first time was cut short.</summary>
public sealed class SynchronizationRepetitionTests
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("FormaeChanges")]
    [InlineData("FormaeVersions")]
    public async Task A_change_that_was_half_written_is_whole_after_the_repetition(string table)
    {
        Interruption tables = null!;
        await using var plane = await ControlPlane.StartAsync(new Seams { Tables = inner => tables = new Interruption(inner) });
        ControlPlane.Succeeded(await plane.RunAsync(Document));
        var stored = (await plane.Get<ResourceStore>().FindAsync(new ResourceKey("web", "FakeAWS::EC2::VPC", "vpc"), _cancellation))!;
        var look = new LookAtResource { CommandId = plane.Get<KsuidSource>().Next(), Row = UpdateRecord.RowOf(0, 0), Announce = "nobody", Version = stored.Version };
        var report = new OperationReport
        {
            OperationId = "look",
            Verb = OperationVerb.Read,
            Ksuid = stored.Ksuid!,
            Status = OperationStatus.Success,
            Properties = JsonElement.Parse("""{"CidrBlock":"10.0.0.0/16","Tags":[{"Key":"env","Value":"oob"}]}"""),
        };

        tables.BeforeNextWriteTo(table, static () => throw new RequestFailedException(503, "Too busy."));
        await Assert.ThrowsAsync<RequestFailedException>(() => plane.Get<ResourceSynchronization>().StoreAsync(look, report, _cancellation));
        Assert.Equal(Seen.Changed, await plane.Get<ResourceSynchronization>().StoreAsync(look, report, _cancellation));

        var live = (await plane.Get<ResourceStore>().FindAsync(stored.Key, _cancellation))!;
        Assert.Contains("oob", live.Properties!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("oob", (await plane.Get<VersionStore>().FindAsync(live.Ksuid!, live.Version!, _cancellation))!.Properties!.Value.GetRawText(), StringComparison.Ordinal);
        var changes = new List<Change>();
        await foreach (var change in plane.Get<ChangeLog>().ReadAsync("web", _cancellation))
            changes.Add(change);
        Assert.Equal([(live.Version!, "update"), (stored.Version!, "create")], changes.Select(change => (change.Version, change.Operation)));
    }
}
