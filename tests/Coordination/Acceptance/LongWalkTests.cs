using Formae.Coordination.Commands;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A group that waits for a long time: nothing happens to it, and it looks again and again.</summary>
public sealed class LongWalkTests : IAsyncLifetime
{
    private const int Size = 60;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { HubTime = new QuickTime(100) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_walk_that_only_looks_begins_anew_before_its_history_is_long()
    {
        _plane.Cloud.CloseGate();
        var buckets = string.Join("\n", Enumerable.Range(0, Size).Select(number => $$"""  - { Label: b{{number}}, Type: "FakeAWS::S3::Bucket", Stack: slow, Target: eu, Properties: { BucketName: b-{{number}} } }"""));
        var id = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync($$"""
            Stacks: [{ Label: slow }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
            {{buckets}}
            """)).Response.CommandId;

        await ControlPlane.UntilAsync("the walk began anew", async () =>
            (await _plane.Client.GetInstanceAsync(WalkGroup.InstanceOf(id, 0), getInputsAndOutputs: true, TestContext.Current.CancellationToken))?.ReadInputAs<WalkGroup>()?.Saved is not null);
        _plane.Cloud.OpenGate();

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Equal(Size, _plane.Calls.Count(call => call.Operation == OperationVerb.Create));
    }
}
