using Formae.Coordination.Tests.Cluster;
using Formae.Messaging.Keys;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Messages;

/// <summary>The keys change while everything runs.</summary>
public sealed class KeyRotationTests
{
    private const int Resources = 300;

    [Fact]
    public async Task Keys_that_change_under_load_lose_nothing_and_repeat_nothing()
    {
        var tap = new BusTap();
        await using var plane = await ControlPlane.StartAsync(new Seams { Bus = tap.TakeAsync });
        var outcome = plane.RunAsync(Document);
        var rotations = 0;
        while (!outcome.IsCompleted)
        {
            // Whenever some more messages have passed: rotations come as quickly as the apps take keys up.
            var passed = tap.Passed.Count;
            plane.RotateKeys();
            rotations++;
            while (!outcome.IsCompleted && tap.Passed.Count < passed + 20)
                await Task.Yield();
        }

        ControlPlane.Succeeded(await outcome);
        Assert.Equal(Resources, (await plane.InventoryAsync()).Count);
        Assert.All(plane.Calls.GroupBy(call => call.OperationId), calls => Assert.Single(calls));
        Assert.Equal(Resources, plane.Calls.Count);
        Assert.All((string[])[ControlPlane.RequestQueue, BusContract.ReportQueue], queue => Assert.Equal(0, plane.CountsOf(queue).DeadLetter));
        Assert.True(rotations > 3, $"The command was over after {rotations} rotations.");

        // And both ends sign with the last key from here on.
        var last = File.ReadAllText(plane.KeyFile).Split(':')[0];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (plane.Get<MessageKeys>().Signing!.Id != last || plane.OfPlugin<MessageKeys>().Signing!.Id != last)
        {
            Assert.False(patience.IsCancellationRequested, "The new key was not taken up.");
            await Task.Yield();
        }
    }

    private static string Document => TestDocument.Of("app", Enumerable.Range(0, Resources).Select(number => ($"r{number}", (object?)null)));
}
