using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A group that hears of something all the time: it looks for what has fallen silent all the same.</summary>
public sealed class BusyWalkTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { HubTime = new QuickTime(20) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_walk_looks_however_many_events_come()
    {
        _plane.Cloud.CloseGate();
        var id = await _plane.BeginAsync(Bucket() + """

              - { Label: copy, Type: "FakeAWS::S3::Bucket", Stack: shop, Target: eu, Properties: { BucketName: copy, Policy: { $res: true, $label: logs, $type: "FakeAWS::S3::Bucket", $stack: shop, $property: Arn } } }
            """);
        await UntilAsync(() => !_plane.Sent.IsEmpty);
        using var isSeen = new CancellationTokenSource();
        var events = PourAsync(WalkGroup.InstanceOf(id, 0), isSeen.Token);

        // Nobody tells the walk of this mark: only a look finds it.
        await _plane.Get<CommandStore>().MarkCancelingAsync(id, DateTimeOffset.UtcNow, CancellationToken.None);
        var shown = await _plane.UntilAsync(id, command => command.ResourceUpdates!.Any(update => update is { ResourceLabel: "copy", State: States.Canceled }));

        Assert.Equal(States.Canceling, shown.State);
        await isSeen.CancelAsync();
        await events;
        _plane.Cloud.OpenGate();
        Assert.Equal(States.Canceled, (await _plane.EndOfAsync(id)).State);
    }

    /// <summary>Events that say nothing, more of them than the walk can hear.</summary>
    private async Task PourAsync(string walk, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _plane.Client.RaiseEventAsync(walk, WalkEvent.EventName, new WalkEvent())));
    }
}
