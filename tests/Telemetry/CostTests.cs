using System.Diagnostics;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Formae.Telemetry.Tests;

/// <summary>What it costs where nobody listens; the tests of this assembly run one after the other, so that nobody does.</summary>
public sealed class CostTests
{
    [Fact]
    public void Nothing_is_allocated_where_nobody_listens()
    {
        Assert.False(Spans.AreRecorded);
        Everything();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Everything();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Everything()
    {
        using var span = Spans.Continue("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "continued", ActivityKind.Consumer)?.SetTag(Attributes.CommandId, "id");
        span.Fail("Throttling");
        using var begun = Spans.Begin("begun");
        Spans.Ended("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "ended", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)?.Dispose();
        MessageMeasures.Sent("a-queue");
        MessageMeasures.Received("a-queue", DateTimeOffset.UnixEpoch);
    }
}
