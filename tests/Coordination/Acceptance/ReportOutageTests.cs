using Formae.Coordination.Bus;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What a plugin has done is heard of, also where nobody can be told of it for a while.</summary>
public sealed class ReportOutageTests
{
    private const string Document = """
        Stacks: [{ Label: s }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: r, Type: "FakeAWS::Generic::Resource", Stack: s, Target: eu, Properties: { Name: r, Value: one } }
        """;

    [Fact]
    public async Task A_report_survives_a_minute_in_which_the_task_hub_takes_nothing()
    {
        var time = new QuickTime(60);
        RefusingHub? hub = null;
        await using var plane = await ControlPlane.StartAsync(new Seams { Time = time, Reporting = real => hub = new RefusingHub(real, EntityNames.Report, TimeSpan.FromMinutes(1), time) });

        ControlPlane.Succeeded(await plane.RunAsync(Document));

        Assert.True(hub!.Refused > 1, "The hub has refused nothing.");
        Assert.Equal(0, plane.CountsOf(BusContract.ReportQueue).DeadLetter);
        Assert.Single(await plane.InventoryAsync());
    }
}
