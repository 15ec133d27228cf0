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
        // Counted in tries and not by a clock, which this machine may be too slow for: so often is one report tried in a minute, in deliveries of six tries and fifteen seconds each.
        const int tries = 24;
        RefusingHub? hub = null;
        await using var plane = await ControlPlane.StartAsync(new Seams { Time = new QuickTime(60), Reporting = real => hub = new RefusingHub(real, EntityNames.Report, tries) });

        ControlPlane.Succeeded(await plane.RunAsync(Document));

        Assert.Equal(tries, hub!.Refused);
        Assert.Equal(0, plane.CountsOf(BusContract.ReportQueue).DeadLetter);
        Assert.Single(await plane.InventoryAsync());
    }
}
